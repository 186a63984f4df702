// Load on a front: GETs, uploads and event streams at a steady rate, over connections that are kept. Each
// request has an id, and is asked once: a client of this kind repeats nothing.

import { readFileSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { CA_FILE } from './services.js';

export interface Front {
  readonly name: string;
  readonly port: number;
  /** Its client keeps connections for further requests. */
  readonly keepsConnections: boolean;
  /** Its client speaks TLS. */
  readonly encrypted?: boolean;
}

export interface LoadResult {
  readonly asked: number;
  /** What went wrong, by kind, with how often. */
  readonly lost: ReadonlyMap<string, number>;
  /** Ids of the requests that were answered. */
  readonly answered: readonly number[];
}

const UPLOAD = Buffer.alloc(60_000, 'u');
const STREAM_TEXT = [0, 1, 2, 3, 4].map((i) => `data: ${i}\n\n`).join('');
/**
 * A connection that is not used for so long is given up. A server that drains does so after a second, and a request
 * that crossed its FIN would be lost.
 */
const IDLE_MS = 500;
/** Requests that take longer are lost. */
const TIMEOUT_MS = 15_000;

let ids = 0;

export class Load {
  readonly #front: Front;
  readonly #agent: Agent;
  readonly #lost: Map<string, number> = new Map();
  readonly #answered: number[] = [];
  readonly #pending: Set<Promise<void>> = new Set();
  readonly #timer: NodeJS.Timeout;
  #asked = 0;

  constructor(front: Front, perSecond: number) {
    this.#front = front;
    const options = { keepAlive: front.keepsConnections, maxSockets: 100, timeout: IDLE_MS };
    this.#agent = front.encrypted
      ? new TlsAgent({ ...options, ca: readFileSync(CA_FILE) })
      : new Agent(options);
    const startedAt = performance.now();
    this.#timer = setInterval(() => {
      const due = ((performance.now() - startedAt) / 1000) * perSecond;
      while (this.#asked < due) this.#next();
    }, 5);
  }

  /** Asks no more, and waits for what is under way. */
  async end(): Promise<LoadResult> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
    this.#agent.destroy();
    return { asked: this.#asked, lost: this.#lost, answered: this.#answered };
  }

  #next(): void {
    this.#asked++;
    const id = ++ids;
    const kind = this.#asked % 10;
    const path = kind === 0 ? '/events' : kind < 4 ? '/upload' : '/';
    const done = ask(this.#front, `${path}?id=${id}`, this.#agent, kind).then(
      () => {
        this.#answered.push(id);
      },
      (error: Error & { code?: string }) => {
        const what = `${path} ${error.code ?? error.message}`;
        this.#lost.set(what, (this.#lost.get(what) ?? 0) + 1);
      },
    );
    this.#pending.add(done);
    void done.then(() => this.#pending.delete(done));
  }
}

async function ask(
  { port, encrypted }: Front,
  path: string,
  agent: Agent,
  kind: number,
): Promise<void> {
  const isUpload = path.startsWith('/upload');
  const sent = (encrypted ? tlsRequest : request)({
    host: '127.0.0.1',
    port,
    path,
    agent,
    method: isUpload ? 'POST' : 'GET',
    // Uploads with and without a length.
    headers: isUpload && kind !== 1 ? { 'Content-Length': UPLOAD.length } : {},
    timeout: TIMEOUT_MS,
  });
  sent.on('timeout', () => sent.destroy(new Error('timeout')));
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.on('response', resolve);
    sent.on('error', reject);
    if (isUpload) {
      sent.write(UPLOAD.subarray(0, 20_000));
      setTimeout(() => sent.end(UPLOAD.subarray(20_000)), 20);
    } else sent.end();
  });
  let text = '';
  response.setEncoding('utf8');
  for await (const piece of response) text += piece;
  if (response.statusCode !== 200) {
    // The proxies answer with a page, sluice with a line.
    const by = text.startsWith('<') ? 'the proxy' : 'the server';
    throw new Error(`status ${response.statusCode} by ${by}`);
  }
  const isRight = path.startsWith('/events')
    ? text === STREAM_TEXT
    : text.endsWith(`"bytes":${isUpload ? UPLOAD.length : 0}}`);
  if (!isRight) throw new Error(`another content, ${text.length} bytes`);
}

/** The losses in words. */
export function lossesOf({ lost }: LoadResult): string {
  return [...lost].map(([what, count]) => `${count} × ${what}`).join(', ') || 'none';
}
