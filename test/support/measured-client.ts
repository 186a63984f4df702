// What a client has sent and got of each request, by its own count. It is held against the record of the request
// that an observer of the server was told.

import { expect } from 'vitest';
import type {
  ListenAddress,
  RequestCompleted,
  RequestRefused,
  ServerOptions,
} from '../../src/index.js';
import { loopUntil } from './loop-turns.js';
import type { RawClient } from './raw-client.js';
import { type Served, serve } from './test-server.js';
import { pair, tlsClient } from './tls.js';

/** The ways of a connection: both transports, and TLS. */
export const LINES = ['auto', 'net', 'TLS'] as const;
export type Line = (typeof LINES)[number];

/** The record of a request that has ended. */
export type Ended = (RequestCompleted | RequestRefused) & {
  readonly kind: 'completed' | 'refused';
  /** The time at which it was told. */
  readonly toldAt: number;
};

/** One request and its response, as its client has measured them. */
export interface Measurement {
  readonly status: number;
  /** All bytes of it, or undefined where that is not measured. */
  readonly requestBytes: number | undefined;
  readonly requestContentBytes: number;
  /** With informational responses and the framing of chunks. */
  readonly responseBytes: number;
  readonly responseContentBytes: number;
  /** Before its first byte was sent, and after its last byte had come. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** A server with an observer, and its records in the order in which they were told. */
export class RecordedServer {
  readonly served: Served;
  readonly records: Ended[];
  readonly #line: Line;

  private constructor(served: Served, records: Ended[], line: Line) {
    this.served = served;
    this.records = records;
    this.#line = line;
  }

  static async open(line: Line, options: ServerOptions): Promise<RecordedServer> {
    const records: Ended[] = [];
    const note =
      (kind: Ended['kind']) =>
      (record: RequestCompleted | RequestRefused): void => {
        // A boundary: a spread of a union is none.
        records.push({ ...record, kind, toldAt: performance.now() } as Ended);
      };
    const observer = { requestCompleted: note('completed'), requestRefused: note('refused') };
    const transport = line === 'TLS' ? 'auto' : line;
    const where: ListenAddress = line === 'TLS' ? { tls: pair('local') } : {};
    return new RecordedServer(
      await serve({ transport, observer, ...options }, where),
      records,
      line,
    );
  }

  async client(): Promise<MeasuredClient> {
    const { port } = this.served;
    const client = this.#line === 'TLS' ? await tlsClient(port) : await this.served.connect();
    return new MeasuredClient(client);
  }

  /** The records of `count` requests, the first request first. */
  async ended(count: number): Promise<Ended[]> {
    await loopUntil(() => this.records.length >= count);
    expect(this.records).toHaveLength(count);
    return this.records.toSorted((a, b) => a.requestId - b.requestId);
  }

  /** The record of the only request. */
  async one(): Promise<Ended> {
    const [record] = await this.ended(1);
    return record as Ended;
  }
}

export class MeasuredClient {
  readonly raw: RawClient;
  sentBytes = 0;
  gotBytes = 0;
  #firstSentAt = 0;

  constructor(raw: RawClient) {
    this.raw = raw;
    raw.socket.on('data', (bytes: Buffer) => {
      this.gotBytes += bytes.length;
    });
  }

  send(bytes: string): void {
    if (this.sentBytes === 0) this.#firstSentAt = performance.now();
    this.sentBytes += bytes.length;
    this.raw.send(bytes);
  }

  /** Each byte alone. */
  async sendSlowly(bytes: string): Promise<void> {
    for (const byte of bytes) {
      this.send(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Sends one request and reads its response. */
  async ask(bytes: string, contentBytes = 0): Promise<Measurement> {
    const fromMs = performance.now();
    this.send(bytes);
    const measured = await this.response(bytes.slice(0, bytes.indexOf(' ')), contentBytes);
    return { ...measured, fromMs, requestBytes: bytes.length };
  }

  /** Reads the next response, and the informational ones before it. */
  async response(method: string, requestContentBytes = 0): Promise<Measurement> {
    const from = this.#readBytes;
    for (;;) {
      const { status, body } = await this.raw.response(method);
      if (status < 200 && status !== 101) continue;
      return {
        status,
        requestBytes: undefined,
        requestContentBytes,
        responseBytes: this.#readBytes - from,
        responseContentBytes: body.length,
        fromMs: this.#firstSentAt,
        toMs: performance.now(),
      };
    }
  }

  get #readBytes(): number {
    return this.gotBytes - this.raw.unread;
  }
}

/**
 * The record says what the client has measured. The times are by one clock of one process. What the server measures
 * begins after the client began. It ends before the client ends, if the response fits the system's memory.
 */
export function expectSame(record: Ended, measured: Measurement): void {
  const { requestBytes = record.requestBytes, fromMs, toMs, ...same } = measured;
  expect(record).toMatchObject({ ...same, requestBytes });
  expect(record.durationMs).toBeLessThanOrEqual(record.toldAt - fromMs);
  if (measured.responseBytes < 50_000) expect(record.durationMs).toBeLessThanOrEqual(toMs - fromMs);
  expectOrder(record);
}

/** The parts of the time fit into it. */
export function expectOrder(record: Ended): void {
  const handlerMs = 'handlerMs' in record ? record.handlerMs : 0;
  expect(record.waitedMs).toBeGreaterThanOrEqual(0);
  expect(handlerMs).toBeGreaterThanOrEqual(0);
  expect(record.durationMs).toBeGreaterThanOrEqual(record.waitedMs);
  expect(record.delivered).toBe(
    record.kind === 'completed' ? record.reason === undefined : record.status !== 0,
  );
}
