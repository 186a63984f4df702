// Starts what the test needs, each as a process of its own: the files of examples/deploy, HAProxy and nginx. All are
// ended when the test is over.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  cpSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestEnd } from '../support/test-server.js';
import { top } from '../support/top.js';

const examples = join(top, 'examples/deploy');
const certificates = join(top, 'test/support/tls');

/** The certificate that has signed those of the servers. */
export const CA_FILE: string = join(certificates, 'ca-cert.pem');
export const KEY_FILE: string = join(certificates, 'local-key.pem');
export const CERT_FILE: string = join(certificates, 'local-cert.pem');

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
  const servers = await Promise.all(Array.from({ length: count }, () => listening()));
  const ports = servers.map(portOf);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

async function listening(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): number {
  return (server.address() as { port: number }).port;
}

/** A boundary: Node's own handle of a socket. A `net.Server` would accept in this process. */
interface TcpBinding {
  readonly TCP: new (
    type: number,
  ) => {
    readonly fd: number;
    bind(address: string, port: number): number;
    getsockname(into: { port: number }): number;
    close(): void;
  };
  readonly constants: { readonly SERVER: number };
}

/** A socket with a port that this process holds, as systemd does for its services. Nothing is accepted here. */
export function heldSocket(): { readonly port: number; readonly fd: number } {
  const { binding } = process as unknown as { binding(name: string): TcpBinding };
  const { TCP, constants } = binding.call(process, 'tcp_wrap');
  const handle = new TCP(constants.SERVER);
  onTestEnd(() => handle.close());
  const bound = { port: 0 };
  if (handle.bind('127.0.0.1', 0) !== 0 || handle.getsockname(bound) !== 0)
    throw new Error('no port is free');
  return { port: bound.port, fd: handle.fd };
}

export interface ServiceOptions {
  readonly command: readonly [program: string, ...args: string[]];
  readonly env?: Readonly<Record<string, string | number>>;
  /** A descriptor that the process gets as its socket of systemd. */
  readonly fd?: number;
}

/** A process that writes a line for each request. It can be ended as a deploy does, and started again. */
export class Service {
  readonly #options: ServiceOptions;
  readonly #logFile: string;
  #process: ChildProcess | undefined;

  constructor(options: ServiceOptions) {
    const folder = temporaryFolder('service');
    this.#options = options;
    this.#logFile = join(folder, 'log');
    this.#process = undefined;
  }

  async start(): Promise<void> {
    const { command, env = {}, fd } = this.#options;
    const before = this.log.length;
    // Several processes may write to it, each line at the end.
    const log = openSync(this.#logFile, 'a');
    const [program, ...args] = command;
    const variables = Object.entries(env).map(([name, value]) => [name, String(value)]);
    const child =
      fd === undefined
        ? spawn(program, args, {
            cwd: top,
            env: { ...process.env, ...Object.fromEntries(variables) },
            stdio: ['ignore', log, 'inherit'],
          })
        : // LISTEN_PID is the process itself, which a shell knows before it becomes the program.
          spawn('sh', ['-c', 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@"', ...command], {
            cwd: top,
            env: { ...process.env, ...Object.fromEntries(variables) },
            stdio: ['ignore', log, 'inherit', fd],
          });
    closeSync(log);
    this.#process = child;
    onTestEnd(() => child.kill('SIGKILL'));
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`${command.join(' ')} ended before it listened`);
      return /^(ready: |sluice: serving )/m.test(this.log.slice(before));
    });
  }

  /** Ends it by SIGTERM. */
  async stop(): Promise<void> {
    const child = this.#process as ChildProcess;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    const [code] = await exit;
    if (code !== 0) throw new Error(`a service ended with ${code}`);
  }

  async replace(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Sends SIGHUP, and waits for the line that says it is done. */
  async reload(done: string): Promise<void> {
    const before = this.log.length;
    this.#process?.kill('SIGHUP');
    await until(async () => this.log.slice(before).includes(done));
  }

  get log(): string {
    try {
      return readFileSync(this.#logFile, 'utf8');
    } catch {
      return '';
    }
  }
}

/** How often the handler of each request was run, by the lines that the services have written. */
export function handledBy(services: readonly Service[]): Map<number, number> {
  const handled = new Map<number, number>();
  for (const { log } of services) {
    for (const [, digits] of log.matchAll(/\?id=(\d+) /g)) {
      const id = Number(digits);
      handled.set(id, (handled.get(id) ?? 0) + 1);
    }
  }
  return handled;
}

/** HAProxy with files of the example, and perhaps more. */
export function startHaproxy(environment: Record<string, string>, ...more: string[]): void {
  const names = ['haproxy.cfg', 'haproxy-tls.cfg', 'haproxy-agent.cfg'];
  const files = [...names.map((name) => join(examples, name)), ...more];
  start('haproxy', ['-db', ...files.flatMap((file) => ['-f', file])], {
    ...process.env,
    CA_FILE,
    ...environment,
  });
}

/** nginx with a file of the example, in which ports and places are replaced. */
export function startNginx(
  file: 'nginx.conf' | 'nginx-tls.conf',
  front: number,
  servers: readonly [number, number],
): void {
  const folder = temporaryFolder('nginx');
  cpSync(join(examples, 'nginx-proxy.inc'), join(folder, 'nginx-proxy.inc'));
  const conf = readFileSync(join(examples, file), 'utf8')
    .replaceAll(/\/tmp\/sluice-example-nginx(-tls)?/g, join(folder, 'nginx'))
    .replace('/etc/ssl/app/ca.pem', CA_FILE)
    .replace(/127\.0\.0\.1:808[89]/, `127.0.0.1:${front}`)
    .replace(/127\.0\.0\.1:8[0-9]81/, `127.0.0.1:${servers[0]}`)
    .replace(/127\.0\.0\.1:8[0-9]82/, `127.0.0.1:${servers[1]}`);
  const written = join(folder, file);
  writeFileSync(written, conf);
  start('nginx', ['-c', written, '-g', 'daemon off;'], process.env);
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

function temporaryFolder(what: string): string {
  const folder = mkdtempSync(join(tmpdir(), `sluice-${what}-`));
  onTestEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1200; i++) {
    if (await holds()) return;
    await pause(25);
  }
  throw new Error('it did not come up in half a minute');
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
