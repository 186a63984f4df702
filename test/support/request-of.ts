import { Fault } from '../../src/fsm/faults.js';
import { DEFAULT_LIMITS } from '../../src/fsm/limits.js';
import { checkHead, STRICT_RULES } from '../../src/fsm/parse/head-check.js';
import { HEAD_DONE, HeadParser } from '../../src/fsm/parse/head-parser.js';
import type { Incoming, IncomingBody } from '../../src/http/request/incoming.js';
import { SluiceRequest } from '../../src/http/request/request.js';
import { RequestHead } from '../../src/http/request/request-head.js';
import { utf8 } from '../../src/http/utf8.js';

/** The head of `text`, which is latin1, with bytes of something else around it in memory. */
export function headOf(text: string): RequestHead {
  const bytes = Buffer.from(`....${text}rest`, 'latin1');
  const parser = new HeadParser(DEFAULT_LIMITS);
  const outcome = parser.parse(bytes, 4, bytes.length);
  if (outcome !== HEAD_DONE) throw new Error(`fault ${parser.fault} at ${parser.faultAt}`);
  const fault = checkHead(parser.head, { ...STRICT_RULES, connect: true });
  if (fault !== Fault.none) throw new Error(`fault ${fault}`);
  // Other text stands around it, too.
  return new RequestHead(parser.head, bytes.toString('latin1', 2), 2);
}

/** A body whose chunks come when they are awaited, or (`now`) are there at once. */
export class ScriptedBody implements IncomingBody {
  complete: Uint8Array | undefined = undefined;
  readonly cancelled: unknown[] = [];
  reads = 0;
  readonly #chunks: (Uint8Array | Error)[];
  readonly #now: boolean;

  constructor(chunks: readonly (string | Uint8Array | Error)[], now = false) {
    this.#chunks = chunks.map((c) => (typeof c === 'string' ? new TextEncoder().encode(c) : c));
    this.#now = now;
  }

  takeBytes(): Uint8Array<ArrayBuffer> | undefined {
    const { complete } = this;
    this.complete = undefined;
    return complete && new Uint8Array(complete);
  }

  takeText(): string | undefined {
    const bytes = this.takeBytes();
    return bytes && utf8(bytes, 0, bytes.length);
  }

  async read(): Promise<Uint8Array | undefined> {
    this.reads++;
    await Promise.resolve();
    const chunk = this.#chunks.shift();
    if (chunk instanceof Error) throw chunk;
    return chunk;
  }

  readNow(): Uint8Array | undefined | null {
    if (!this.#now || this.#chunks[0] instanceof Error) return null;
    this.reads++;
    return this.#chunks.shift() as Uint8Array | undefined;
  }

  cancel(reason: unknown): void {
    this.cancelled.push(reason);
  }
}

/** A body that is wholly there, as the connection offers a short one. */
export function completeBody(...chunks: string[]): ScriptedBody {
  const body = new ScriptedBody(chunks);
  body.complete = new TextEncoder().encode(chunks.join(''));
  return body;
}

export interface Arrival {
  readonly method?: string;
  readonly target?: string;
  readonly fields?: string;
  readonly body?: IncomingBody | null;
  readonly signal?: () => AbortSignal;
}

/** A request as a handler gets it. */
export function requestOf(arrival: Arrival = {}): SluiceRequest {
  const { method = 'POST', target = '/a?b=c', fields = '', body = null, signal } = arrival;
  const requestHead = headOf(
    `${method} ${target} HTTP/1.1\r\nHost: sluice.example\r\n${fields}\r\n`,
  );
  const incoming: Incoming = {
    requestHead,
    origin: { scheme: 'http', fallbackHost: '127.0.0.1:7878' },
    body,
    signal: signal ?? (() => new AbortController().signal),
  };
  return new SluiceRequest(incoming);
}
