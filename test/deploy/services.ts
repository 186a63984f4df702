// Starts what the test needs: servers, HAProxy and nginx, each as a process of its own. All are ended when
// the test is over.

import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestEnd } from '../support/test-server.js';

const examples = fileURLToPath(new URL('../../examples/deploy/', import.meta.url));

/** True if this machine has the program. */
export function has(program: string): boolean {
  try {
    execFileSync('which', [program]);
    return true;
  } catch {
    return false;
  }
}

/** So many ports of the loopback that nobody listens on. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** A server process that can be replaced by a new one on the same ports. */
export class Replaceable {
  /** How often the handler of each request was run, over all processes. */
  readonly handled: Map<number, number>;
  readonly #program: string;
  readonly #args: readonly string[];
  #process: ChildProcess | undefined;

  constructor(program: string, args: readonly (string | number)[], handled: Map<number, number>) {
    this.#program = fileURLToPath(new URL(program, import.meta.url));
    this.#args = args.map(String);
    this.handled = handled;
  }

  async start(): Promise<void> {
    const child = fork(this.#program, this.#args, { stdio: 'inherit' });
    this.#process = child;
    onTestEnd(() => child.kill('SIGKILL'));
    const listening = new Promise<void>((resolve) => {
      child.on('message', (message) => {
        if (message === 'listening') resolve();
        if (typeof message === 'number')
          this.handled.set(message, (this.handled.get(message) ?? 0) + 1);
      });
    });
    const died = once(child, 'exit').then(([code]) => {
      throw new Error(`${this.#program} ended with ${code} before it listened`);
    });
    await Promise.race([listening, died]);
    died.catch(() => undefined);
  }

  /** Ends it as a deploy does, and starts the next. */
  async replace(): Promise<void> {
    const child = this.#process as ChildProcess;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
    await this.start();
  }
}

/** HAProxy with the example's file, and perhaps more. */
export function startHaproxy(environment: Record<string, string>, ...more: string[]): void {
  const files = [join(examples, 'haproxy.cfg'), ...more].flatMap((file) => ['-f', file]);
  start('haproxy', ['-db', ...files], { ...process.env, ...environment });
}

/** nginx with the example's file, in which ports and places are replaced. */
export function startNginx(front: number, servers: readonly [number, number]): void {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-nginx-'));
  onTestEnd(() => rmSync(folder, { recursive: true, force: true }));
  const conf = readFileSync(join(examples, 'nginx.conf'), 'utf8')
    .replaceAll('/tmp/sluice-example-nginx', join(folder, 'nginx'))
    .replace('127.0.0.1:8088', `127.0.0.1:${front}`)
    .replace('127.0.0.1:8081', `127.0.0.1:${servers[0]}`)
    .replace('127.0.0.1:8082', `127.0.0.1:${servers[1]}`);
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, conf);
  start('nginx', ['-c', file, '-g', 'daemon off;'], process.env);
}

function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv): void {
  // HAProxy warns of much. What it says matters only where it ends.
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (process.env.SLUICE_DEPLOY_LOG !== undefined) process.stderr.write(text);
  });
  let isOver = false;
  child.on('exit', (code) => {
    if (!isOver) console.error(`${program} ended with ${code}: ${said}`);
  });
  onTestEnd(async () => {
    isOver = true;
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  });
}
