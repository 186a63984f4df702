// The built command line as a child process, and a client that sends what it is told to.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { top } from '../../support/top.js';

const main = join(top, 'dist/cli/main.js');
const cleanups: (() => unknown)[] = [];

/** Ends what was started and removes what was made, for `afterEach` or `afterAll`. */
export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

/** A new folder with these files, removed by `cleanUp`. */
export async function folderOf(files: Record<string, string | Uint8Array>): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'sluice-cli-')));
  cleanups.push(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** What a stream has said so far, and a way to wait for it to say something. */
class Output {
  text = '';
  readonly #stream: NodeJS.ReadableStream;

  constructor(stream: NodeJS.ReadableStream) {
    this.#stream = stream;
    stream.setEncoding('utf8').on('data', (text: string) => {
      this.text += text;
    });
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }

  /** The first line that matches, as soon as it is whole. */
  async line(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = this.lines.find((line) => pattern.test(line));
      if (found !== undefined) return found;
      const [event] = await Promise.race([
        once(this.#stream, 'data').then(() => ['data']),
        once(this.#stream, 'end').then(() => ['end']),
      ]);
      if (event === 'end' && !this.lines.some((line) => pattern.test(line))) {
        throw new Error(`no line matches ${pattern} in: ${this.text}`);
      }
    }
  }
}

export class Command {
  readonly child: ChildProcess;
  readonly stdout: Output;
  readonly stderr: Output;
  /** The exit code, or the signal that ended the process. */
  readonly exit: Promise<number | string>;

  constructor(child: ChildProcess) {
    if (child.stderr === null) throw new Error('no pipes');
    this.child = child;
    // Of a process that writes to a file, nothing is read.
    this.stdout = new Output(child.stdout ?? Readable.from([]));
    this.stderr = new Output(child.stderr);
    // Not 'exit': what the process wrote last may still be on its way.
    this.exit = once(child, 'close').then(([code, signal]) => code ?? signal);
  }

  /** The port of the line that says what is served. */
  async port(): Promise<number> {
    const line = await this.stdout.line(/https?:\/\//);
    return Number(/:(\d+)\//.exec(line)?.[1]);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

export interface SpawnOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /** The process may have so many file descriptors. */
  readonly descriptorsMax?: number;
  /** What it writes goes to this file. */
  readonly stdoutFile?: string;
}

/** Starts `sluice` with these arguments; killed, if need be, by `cleanUp`. */
export function sluice(args: readonly string[], options: SpawnOptions = {}): Command {
  return start([main, ...args], options);
}

/** Starts Node with these arguments, without this process's own PORT and HOST. */
export function start(
  args: readonly string[],
  { cwd = top, env = {}, descriptorsMax, stdoutFile }: SpawnOptions = {},
): Command {
  const { PORT: _port, HOST: _host, NODE_OPTIONS: _options, ...inherited } = process.env;
  const [file, ...rest] =
    descriptorsMax === undefined
      ? [process.execPath, ...args]
      : ['sh', '-c', 'ulimit -n "$0" && exec "$@"', `${descriptorsMax}`, process.execPath, ...args];
  const stdout = stdoutFile === undefined ? 'pipe' : openSync(stdoutFile, 'w');
  const child = spawn(file as string, rest, {
    cwd,
    env: { ...inherited, ...env },
    stdio: ['pipe', stdout, 'pipe'],
  });
  if (typeof stdout === 'number') closeSync(stdout);
  const command = new Command(child);
  cleanups.push(() => {
    child.kill('SIGKILL');
    return command.exit;
  });
  return command;
}

export interface Answer {
  readonly status: number;
  /** Names in lower case; of names that come twice, the last. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A connection that stays open until `cleanUp`. */
export function dial(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  cleanups.push(() => socket.destroy());
  socket.on('error', () => {}); // A reset is what some tests are about.
  return socket;
}

/** Sends one request whose target stands as it is given, and reads the answer until the end. */
export async function ask(
  port: number,
  target: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const socket = dial(port);
  const fields = Object.entries({ Host: 'sluice.example', Connection: 'close', ...headers });
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...fields.map(([name, value]) => `${name}: ${value}`),
  ];
  socket.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'));
  return readAnswer(socket);
}

export async function readAnswer(socket: Socket): Promise<Answer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'close');
  const text = Buffer.concat(chunks).toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...fields] = text.slice(0, end).split('\r\n');
  const headers: Record<string, string> = {};
  for (const field of fields) {
    const colon = field.indexOf(':');
    headers[field.slice(0, colon).toLowerCase()] = field.slice(colon + 1).trim();
  }
  const content = text.slice(end + 4);
  const body = headers['transfer-encoding'] === 'chunked' ? joinChunks(content) : content;
  return { status: Number(statusLine.split(' ')[1]), headers, body };
}

/** The content of a chunked body without its framing; throws where its last chunk is missing. */
function joinChunks(text: string): string {
  let body = '';
  for (let from = 0; ; ) {
    const lineEnd = text.indexOf('\r\n', from);
    if (lineEnd < 0) throw new Error('the chunked body has no last chunk');
    const size = Number.parseInt(text.slice(from, lineEnd), 16);
    if (size === 0) return body;
    body += text.slice(lineEnd + 2, lineEnd + 2 + size);
    from = lineEnd + 2 + size + 2;
  }
}
