// The server that the cases are played against: it answers a POST with its content, and has a path
// for whatever else a case must show.

import { type Answer, type RequestContext, reply } from '../../src/index.js';

/** Waits in the server's own time. */
export type Sleep = (ms: number) => Promise<void>;

export function appWith(
  sleep: Sleep,
): (request: Request, context: RequestContext) => Promise<Answer> {
  return async (request, context) => {
    const { pathname } = new URL(request.url);
    return routes[pathname]?.(request, context, sleep) ?? echo(request);
  };
}

async function echo(request: Request): Promise<Answer> {
  const content = new Uint8Array(await request.arrayBuffer());
  return content.length > 0 ? reply(content) : reply('OK');
}

type Route = (request: Request, context: RequestContext, sleep: Sleep) => Answer | Promise<Answer>;

const routes: Readonly<Record<string, Route>> = {
  /** Answers before its content was read. */
  '/early': () => reply('early'),
  '/close': () => reply('OK', { headers: { Connection: 'close' } }),
  '/204': () => reply(null, { status: 204 }),
  '/205': () => reply('unwanted', { status: 205 }),
  '/304': () => reply('a representation', { status: 304 }),
  /** A status without a registered phrase. */
  '/599': () => reply('OK', { status: 599 }),
  '/stream': () => reply(pieces()),
  '/trailers-back': () => reply(pieces(), { trailers: { Sum: '10' } }),
  /** The same, whole, with its length. */
  '/whole': () => reply('onetwothree'),
  '/slow': (_request, _context, sleep) => sleep(300).then(() => reply('slow')),
  '/inform': (_request, context) => {
    context.sendInformational(103, { Link: '</style.css>' });
    return reply('OK');
  },
  // What the app must not be able to send.
  '/split-value': () => reply('OK', { headers: { 'X-A': 'b\r\nX-C: d' } }),
  '/bare-cr': () => reply('OK', { headers: { 'X-A': 'b\rc' } }),
  '/own-coding': () => reply('OK', { headers: { 'Transfer-Encoding': 'gzip' } }),
  '/short': () => reply(pieces(), { headers: { 'Content-Length': '12' } }),
  // How it sees the request.
  '/url': (request) => reply(request.url),
  '/version': (_request, context) => reply(context.httpVersion),
  '/fields': (_request, context) => reply(lines(context.rawHeaders)),
  /** What of the trailers came, and whether any got among the headers. */
  '/trailers': async (request, context) => {
    await request.arrayBuffer();
    const trailers = lines(await context.trailers);
    return reply(`${trailers}header: ${request.headers.get('X-Sum')}`);
  },
};

async function* pieces(): AsyncGenerator<string> {
  yield 'one';
  yield 'two';
  yield 'three';
}

/** Bytes beyond ASCII stay one byte each. */
function lines(flat: readonly string[]): Uint8Array {
  let text = '';
  for (let i = 0; i < flat.length; i += 2) text += `${flat[i]}: ${flat[i + 1]}\n`;
  return Buffer.from(text, 'latin1');
}
