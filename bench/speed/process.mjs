// Processes of any kind on a core of their own, the time the system says they used, and their end with ours.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    console.error(`stopped by ${signal}`);
    process.exit(130);
  });
}

export function isInstalled(command, ...args) {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch (error) {
    // wrk says its version and ends with 1.
    return error.code !== 'ENOENT';
  }
}

export const hasTaskset = isInstalled('taskset', '--version');
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK']));

/** Starts `[command, ...args]` on a core. What it says on stderr is kept for when it fails. */
export function start([command, ...args], { core, cwd, env = {} }) {
  const line = hasTaskset ? ['taskset', '-c', String(core), command, ...args] : [command, ...args];
  const child = spawn(line[0], line.slice(1), {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    child.complaints = (child.complaints + text).slice(-2000);
  });
  child.stdin.on('error', () => {});
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** The next line of JSON on the child's stdout that has this key. */
export function lineOf(child, key, timeoutMs = 15_000) {
  return new Promise((resolve, reject) => {
    let text = '';
    const settle = (then, value) => {
      clearTimeout(timer);
      child.stdout.off('data', onData);
      child.off('exit', onExit);
      child.off('error', onError);
      then(value);
    };
    const fail = (why) =>
      settle(
        reject,
        new Error(`no ${key} from ${child.spawnargs.join(' ')}: ${why} ${child.complaints.trim()}`),
      );
    const onData = (bytes) => {
      text += bytes;
      let end = text.indexOf('\n');
      while (end !== -1) {
        const found = valueIn(text.slice(0, end), key);
        if (found !== undefined) return settle(resolve, found);
        text = text.slice(end + 1);
        end = text.indexOf('\n');
      }
    };
    const onExit = (code, signal) => fail(`it ended with ${code ?? signal};`);
    const onError = (error) => fail(error.message);
    const timer = setTimeout(() => fail(`${timeoutMs} ms have passed;`), timeoutMs);
    child.stdout.on('data', onData);
    child.on('exit', onExit);
    child.on('error', onError);
  });
}

function valueIn(line, key) {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line)[key];
  } catch {
    return undefined;
  }
}

export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill();
  const timer = setTimeout(() => child.kill('SIGKILL'), 1000);
  await exited;
  clearTimeout(timer);
}

/**
 * User and system time of a process and its children, in milliseconds: of all their threads, those
 * that have ended too. The system counts in ticks of 10 ms.
 */
export function cpuMsOf(pid) {
  const fields = afterName(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  let ticks = Number(fields[11]) + Number(fields[12]);
  let childrenMs = 0;
  for (const child of childrenOf(pid)) childrenMs += cpuMsOf(child);
  // Of children that have ended and were waited for.
  ticks += Number(fields[13]) + Number(fields[14]);
  return (ticks * 1000) / ticksPerSecond + childrenMs;
}

/** Time that a core was not idle, whoever used it (a hypervisor too), in milliseconds. */
export function busyMsOf(core) {
  const line = new RegExp(`^cpu${core} +(.*)$`, 'm').exec(readFileSync('/proc/stat', 'utf8'));
  const [user, nice, system, , , irq, softirq, steal] = line[1].split(' ').map(Number);
  return ((user + nice + system + irq + softirq + steal) * 1000) / ticksPerSecond;
}

/** The command's name may hold spaces and brackets: what counts comes after the last of them. */
function afterName(stat) {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function childrenOf(pid) {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    try {
      return readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
        .split(' ')
        .filter(Boolean);
    } catch {
      return [];
    }
  });
}
