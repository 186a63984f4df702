// Clients that leave behind bytes that nobody has asked for, and handlers whose responses are silent.

import type { Answer, RequestContext, ServerOptions } from '../../src/index.js';
import { reply } from '../../src/index.js';
import {
  type LinkOptions,
  RecordingSink,
  type SimulatedTransport,
} from '../../src/testing/network/index.js';
import { createSimulatedServer, type SimulatedServer } from '../../src/testing/simulated-server.js';

export const KIB: number = 1024;
export const MIB: number = 1024 * KIB;

/** The kernels take all that a client sends. */
export const WIDE: LinkOptions = { sendBufferBytes: 16 * MIB, receiveBufferBytes: 16 * MIB };

export const LEAVES = ['end', 'destroy', 'reset'] as const;
export type Leave = (typeof LEAVES)[number];

export function declared(length: number, sent = length): string {
  return `POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n${'x'.repeat(sent)}`;
}

export function chunked(length: number, chunkBytes = 8 * KIB): string {
  let text = 'POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
  for (let sent = 0; sent < length; sent += chunkBytes)
    text += `${chunkBytes.toString(16)}\r\n${'x'.repeat(chunkBytes)}\r\n`;
  return `${text}0\r\n\r\n`;
}

/** What clients send that is more than sluice reads ahead. */
export const SENT: Record<string, string> = {
  'content of a declared length': declared(200 * KIB),
  'content that is cut short': declared(900 * KIB, 200 * KIB),
  'content as long as may be': declared(MIB),
  'chunked content': chunked(200 * KIB),
  'small chunks': chunked(MIB, 128),
  'more content than a handler may read': declared(4 * MIB),
  'more chunked content than a handler may read': chunked(4 * MIB),
  'content that expects 100': declared(200 * KIB).replace(
    '\r\n\r\n',
    '\r\nExpect: 100-continue\r\n\r\n',
  ),
  'requests behind its own': `GET /x HTTP/1.1\r\nHost: a\r\n\r\n${'GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(8000)}`,
};

export interface Told {
  givenUp: number;
  aborts: string[];
}

/** Handlers whose responses are silent, and which leave content unread. */
export const SILENT: Record<string, (request: Request, told: Told) => Answer | Promise<Answer>> = {
  'a stream': (_request, told) => new Response(eventStream(told)),
  'a stream that has not begun': (_request, told) =>
    reply(new ReadableStream({ cancel: () => void told.givenUp++ })),
  'a generator': (_request, told) =>
    reply(
      (async function* () {
        yield 'event\n';
        await new Promise(() => undefined);
      })(),
      // Of a generator that waits nobody can tell that it was given up.
      { headers: { 'X-Given-Up': String(told.givenUp++) } },
    ),
  'a stream that cancels the content': async (request, told) => {
    await request.body?.cancel();
    return new Response(eventStream(told));
  },
  'a stream whose handler locks the content': (request, told) => {
    request.body?.getReader();
    return new Response(eventStream(told));
  },
};

export function eventStream(told: Told): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('event\n'));
    },
    cancel() {
      told.givenUp++;
    },
  });
}

export interface Scene {
  readonly simulated: SimulatedServer;
  readonly told: Told;
  readonly errors: unknown[];
  readonly faults: string[];
}

export function serve(
  fetch: (
    request: Request,
    told: Told,
    sleep: (ms: number) => Promise<void>,
  ) => ReturnType<(typeof SILENT)[string]>,
  options: Partial<ServerOptions> = {},
): Scene {
  const told: Told = { givenUp: 0, aborts: [] };
  const errors: unknown[] = [];
  const faults: string[] = [];
  const simulated = createSimulatedServer({
    concurrency: 8,
    ...options,
    fetch: (request: Request, _context: RequestContext) => {
      request.signal.addEventListener('abort', () =>
        told.aborts.push(request.signal.reason.reason),
      );
      return fetch(request, told, (ms) => simulated.sleep(ms));
    },
    onError: (error) => void errors.push(error),
    onFault: ({ code }) => void faults.push(code),
  });
  return { simulated, told, errors, faults };
}

export function visit(
  { simulated }: Scene,
  text: string,
  link: LinkOptions = WIDE,
): { readonly heard: RecordingSink; readonly client: SimulatedTransport } {
  const heard = new RecordingSink();
  const client = simulated.network.connect(() => heard, link);
  client.write(text);
  return { heard, client };
}

export function openCount({ simulated }: Scene): number {
  return Object.values(simulated.server.stats().connections).reduce((sum, count) => sum + count, 0);
}
