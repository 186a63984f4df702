// Processes pinned to a core, and what the operating system says they used.

import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

const hasTaskset = (() => {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/**
 * A Node process on one core, with IPC.
 *
 * @param options - `core`, `execPath` of another Node, `env`
 */
export function startPinned(file, args, { core, execPath = process.execPath, env = {} }) {
  const child = fork(file, args, {
    execPath: hasTaskset ? 'taskset' : execPath,
    execArgv: hasTaskset ? ['-c', String(core), execPath] : [],
    env: { ...process.env, ...env },
    serialization: 'json',
  });
  return child;
}

/** What the child sends next under this key. */
export function messageOf(child, key, timeoutMs = 30_000) {
  return new Promise((resolve, reject) => {
    const settle = (then, value) => {
      clearTimeout(timer);
      child.off('message', onMessage);
      child.off('exit', onExit);
      then(value);
    };
    const fail = (why) =>
      settle(reject, new Error(`no ${key} from ${child.spawnargs.join(' ')}: ${why}`));
    const onMessage = (message) => {
      if (message[key] !== undefined) settle(resolve, message[key]);
    };
    const onExit = (code, signal) => fail(`it ended with ${code ?? signal}`);
    const timer = setTimeout(() => fail(`${timeoutMs} ms have passed`), timeoutMs);
    child.on('message', onMessage);
    child.on('exit', onExit);
  });
}

export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** CPU time of a process in milliseconds, all threads, from Linux's scheduler: to the nanosecond. */
export function cpuMsOf(pid) {
  let ns = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      ns += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ', 1)[0]);
    } catch {
      // A thread that ended since the folder was read.
    }
  }
  return ns / 1e6;
}

export function rssBytesOf(pid) {
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) * 1024;
}
