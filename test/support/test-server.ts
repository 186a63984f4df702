// A server on a free port of the loopback for one test, with all it reported, and
// clients of it. Everything is closed when the test is over.

import { afterEach } from 'vitest';
import type { Answer, FaultReport, ListenAddress, Server, ServerOptions } from '../../src/index.js';
import { createServer } from '../../src/index.js';
import { RawClient } from './raw-client.js';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Runs when the test is over. */
export function onTestEnd(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

export class Served {
  readonly server: Server;
  readonly port: number;
  /** What `onFault` was told. */
  readonly faults: FaultReport[];
  /** What `onError` was told. */
  readonly errors: unknown[];

  constructor(server: Server, port: number, faults: FaultReport[], errors: unknown[]) {
    this.server = server;
    this.port = port;
    this.faults = faults;
    this.errors = errors;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async connect(): Promise<RawClient> {
    const client = await RawClient.connect(this.port);
    cleanups.push(() => client.socket.destroy());
    return client;
  }

  /** A new connection that has sent these bytes. */
  async send(bytes: string | Uint8Array): Promise<RawClient> {
    return (await this.connect()).send(bytes);
  }
}

/** Serves `options` on a free port, or where it is said, until the test is over. */
export async function serve(options: ServerOptions, where: ListenAddress = {}): Promise<Served> {
  const faults: FaultReport[] = [];
  const errors: unknown[] = [];
  const server = createServer({
    ...options,
    onFault(fault) {
      faults.push(fault);
      options.onFault?.(fault);
    },
    onError(error, request, context) {
      errors.push(error);
      return options.onError?.(error, request, context);
    },
  });
  const { port } = await server.listen(where);
  cleanups.push(() => server.close({ graceMs: 0 }));
  return new Served(server, port, faults, errors);
}

/** A request without content, as bytes. */
export function get(target: string = '/', fields: string = ''): string {
  return `GET ${target} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
}

/** The field of a client that takes trailers. */
export const TAKES_TRAILERS = 'TE: trailers\r\n';

/** A request with content of a declared length, as bytes. */
export function post(content: string, fields: string = '', target: string = '/'): string {
  return `POST ${target} HTTP/1.1\r\nHost: a\r\nContent-Length: ${content.length}\r\n${fields}\r\n${content}`;
}

/** A request with content under the chunked coding; give chunks and trailers as they travel. */
export function postChunked(coded: string, fields: string = '', target: string = '/'): string {
  return `POST ${target} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n${fields}\r\n${coded}`;
}

export interface Gate<Value = void> {
  readonly promise: Promise<Value>;
  open(value: Value): void;
  fail(error: unknown): void;
}

/** A promise to be settled by hand. */
export function gate<Value = void>(): Gate<Value> {
  let open: (value: Value) => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const promise = new Promise<Value>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { promise, open, fail };
}

/** Calls that a test waits for, in order. */
export class Arrivals<Value> {
  readonly #come: Value[] = [];
  readonly #waiting: ((value: Value) => void)[] = [];

  add(value: Value): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#come.push(value);
    else waiting(value);
  }

  next(): Promise<Value> {
    if (this.#come.length > 0) return Promise.resolve(this.#come.shift() as Value);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  get count(): number {
    return this.#come.length;
  }
}

/** What settles by calling back, and is no promise. */
export function thenable(start: (resolve: (answer: Answer) => void) => void): PromiseLike<Answer> {
  const answer = {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is wanted.
    then: (resolve: (answer: Answer) => void): void => start(resolve),
  };
  // A boundary: nobody chains it.
  return answer as unknown as PromiseLike<Answer>;
}
