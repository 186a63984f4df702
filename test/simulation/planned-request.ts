// The requests of a client: bytes, and what they mean. Each has an id that its
// response repeats, and a plan for the handler that gets it.

import type { Random } from '../../src/testing/index.js';
import type { FaultMix } from './fault-mix.js';
import { drawPlan, type Plan } from './handler-plan.js';

export interface Message {
  /** `<connection>.<number>` */
  readonly id: string;
  /** In one piece; `headBytes` says where the content begins. */
  readonly bytes: Uint8Array;
  readonly headBytes: number;
  readonly method: string;
  readonly target: string;
  readonly versionMinor: number;
  readonly expectsContinue: boolean;
  /** Content as a handler may see it, up to what is wrong with it. */
  readonly content: Uint8Array;
  readonly hasContent: boolean;
  /** Flat, as a handler may see it. */
  readonly trailers: readonly string[];
  /** The client says `TE: trailers`. */
  readonly takesTrailers: boolean;
  /** The client asks for the connection to end. */
  readonly closes: boolean;
  readonly plan: Plan;
  /** A path that sluice answers itself. */
  readonly isProbe: boolean;
  /** What is wrong with it, and how that is answered. */
  readonly mistake: Mistake | undefined;
}

export interface Mistake {
  readonly what: string;
  readonly status: number;
  /** The handler never sees it. */
  readonly inHead: boolean;
}

interface Draft {
  method: string;
  target: string;
  version: string;
  fields: string[];
  content: string;
}

export function drawMessage(random: Random, swarm: FaultMix, id: string): Message {
  const http10 = swarm.has('http10') && random.chance(0.25);
  const isHead = swarm.has('head') && random.chance(0.2);
  const isProbe = swarm.has('probes') && random.chance(0.1);
  const hasContent = !isProbe && swarm.has('content') && random.chance(0.6);
  const isChunked = hasContent && !http10 && swarm.has('chunked') && random.chance(0.5);
  const content = hasContent ? drawContent(random, swarm, id) : '';
  const expects = hasContent && !http10 && swarm.has('expect') && random.chance(0.3);
  const asked = drawConnection(random, swarm, http10);
  const draft: Draft = {
    method: isHead ? 'HEAD' : hasContent ? random.pick(['POST', 'PUT', 'x']) : 'GET',
    target: isProbe ? random.pick(['/live', '/ready']) : drawTarget(random, id),
    version: http10 ? 'HTTP/1.0' : 'HTTP/1.1',
    fields: ['Host: sim.test', `X-Id: ${id}`, ...asked.fields],
    content,
  };
  if (expects) draft.fields.push('Expect: 100-continue');
  const takesTrailers = random.chance(0.5);
  if (takesTrailers) draft.fields.push('TE: trailers');
  const trailers: string[] = [];
  if (isChunked) {
    if (swarm.has('trailers') && random.chance(0.5)) trailers.push('X-Sum', id);
    draft.fields.push('Transfer-Encoding: chunked');
    draft.content = chunked(random, content, trailers);
  } else if (hasContent) draft.fields.push(`Content-Length: ${content.length}`);
  const faulty = swarm.has('malformed') && random.chance(0.25);
  const spoilt = faulty ? spoil(random, draft, isChunked, content) : undefined;
  const fieldLines = draft.fields.map((line) => `${line}\r\n`).join('');
  const head =
    spoilt?.head ?? `${draft.method} ${draft.target} ${draft.version}\r\n${fieldLines}\r\n`;
  const before = random.chance(0.1) ? '\r\n' : '';
  return {
    id,
    bytes: Buffer.from(before + head + (spoilt?.content ?? draft.content), 'latin1'),
    headBytes: before.length + head.length,
    method: spoilt?.head === undefined ? draft.method : 'GET',
    target: draft.target,
    versionMinor: draft.version === 'HTTP/1.0' ? 0 : 1,
    expectsContinue: expects,
    content: Buffer.from(spoilt?.visible ?? content, 'latin1'),
    hasContent,
    trailers,
    takesTrailers,
    closes: asked.closes,
    plan: drawPlan(random, swarm, hasContent),
    isProbe,
    mistake: spoilt?.mistake,
  };
}

function drawTarget(random: Random, id: string): string {
  return random.pick([`/r/${id}`, `/r/${id}?q=|[]{}`, `http://sim.test/r/${id}`, '/', '//a/../b']);
}

function drawConnection(
  random: Random,
  swarm: FaultMix,
  http10: boolean,
): { readonly closes: boolean; readonly fields: readonly string[] } {
  if (http10) {
    return random.chance(0.6)
      ? { closes: false, fields: ['Connection: keep-alive'] }
      : { closes: true, fields: [] };
  }
  return swarm.has('closeAsked') && random.chance(0.15)
    ? { closes: true, fields: ['Connection: close'] }
    : { closes: false, fields: [] };
}

function drawContent(random: Random, swarm: FaultMix, id: string): string {
  if (swarm.has('tooLarge') && random.chance(0.2)) return filled(id, random.pick([3001, 5000]));
  if (swarm.has('big') && random.chance(0.1)) return filled(id, 3000);
  return filled(id, random.pick([0, 1, 10, 200, 700]));
}

/** Content that shows where it comes from. */
export function filled(id: string, length: number): string {
  return `${id};`.repeat(Math.ceil(length / (id.length + 1))).slice(0, length);
}

function chunked(random: Random, content: string, trailers: readonly string[]): string {
  let text = '';
  for (let at = 0; at < content.length; ) {
    const size = random.integer(1, random.chance(0.3) ? 5 : content.length - at);
    const piece = content.slice(at, at + size);
    const extension = random.chance(0.05) ? ';a=b' : '';
    text += `${piece.length.toString(16)}${extension}\r\n${piece}\r\n`;
    at += piece.length;
    // Framing has a bound of its own: the rest comes in one.
    if (text.length > 4 * at + 200) {
      const rest = content.slice(at);
      if (rest !== '') text += `${rest.length.toString(16)}\r\n${rest}\r\n`;
      at = content.length;
    }
  }
  text += '0\r\n';
  for (let i = 0; i < trailers.length; i += 2) text += `${trailers[i]}: ${trailers[i + 1]}\r\n`;
  return `${text}\r\n`;
}

interface Spoilt {
  readonly mistake: Mistake;
  /** In place of the head. */
  readonly head?: string;
  /** In place of the content. */
  readonly content?: string;
  /** What a handler may see of it. */
  readonly visible?: string;
}

/** Breaks a rule: changes the draft, or gives what is to be sent in its place. */
function spoil(random: Random, draft: Draft, isChunked: boolean, content: string): Spoilt {
  if (isChunked && random.chance(0.6)) return spoilContent(random, content);
  const what = random.pick(HEAD_MISTAKES);
  const { status, change } = what;
  const head = change(draft);
  const mistake = { what: what.name, status, inHead: true };
  return head === undefined ? { mistake } : { mistake, head };
}

interface HeadMistake {
  readonly name: string;
  readonly status: number;
  /** Changes the draft, or gives the whole head. */
  change(draft: Draft): string | undefined;
}

/** A mistake that is a field line more. */
function line(name: string, status: number, ...lines: readonly string[]): HeadMistake {
  return {
    name,
    status,
    change(draft): undefined {
      draft.fields.unshift(...lines);
    },
  };
}

const HEAD_MISTAKES: readonly HeadMistake[] = [
  line('two Hosts', 400, 'Host: other'),
  line('space before a colon', 400, 'X-A : b'),
  line('NUL in a value', 400, 'X-A: \0'),
  line('a fold', 400, 'X-A: b', ' c'),
  line('length and coding', 400, 'Content-Length: 3', 'Transfer-Encoding: chunked'),
  line('a signed length', 400, 'Content-Length: +3'),
  line('fields', 431, ...Array.from({ length: 17 }, (_, i) => `X-${i}: 1`)),
  line('a long field', 431, `X-Long: ${'x'.repeat(1100)}`),
  {
    name: 'an expectation',
    status: 417,
    change(draft): undefined {
      // HTTP/1.0 knows none.
      draft.version = 'HTTP/1.1';
      draft.fields.push('Expect: wonders');
    },
  },
  {
    name: 'no Host',
    status: 400,
    change: () => 'GET / HTTP/1.1\r\nX-Id: none\r\n\r\n',
  },
  {
    name: 'a coding',
    status: 501,
    change: () => 'GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n',
  },
  { name: 'a bare LF', status: 400, change: () => 'GET / HTTP/1.1\nHost: h\n\n' },
  { name: 'two spaces', status: 400, change: () => 'GET  / HTTP/1.1\r\nHost: h\r\n\r\n' },
  { name: 'HTTP/0.9', status: 400, change: () => 'GET /\r\n\r\n' },
  { name: 'HTTP/2', status: 505, change: () => 'GET / HTTP/2.0\r\nHost: h\r\n\r\n' },
  { name: 'the preface of HTTP/2', status: 505, change: () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' },
  {
    name: 'a long target',
    status: 414,
    change: () => `GET /${'x'.repeat(200)} HTTP/1.1\r\nHost: h\r\n\r\n`,
  },
  { name: 'CONNECT', status: 501, change: () => 'CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n' },
  {
    name: 'TLS',
    status: 400,
    change: () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n',
  },
  { name: 'PROXY 1', status: 400, change: () => 'PROXY TCP4 192.0.2.1 192.0.2.2 4321 80\r\n' },
  { name: 'PROXY 2', status: 400, change: () => '\r\n\r\n\0\r\nQUIT\n!\x11\0\x0c' },
  ...['256.1.1.1', 'foo.0x4', 'a%2fb', 'xn--', '[v1.a]'].map((host) => ({
    name: `the host ${host}`,
    status: 400,
    change: () => `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
  })),
];

function spoilContent(random: Random, content: string): Spoilt {
  const half = content.slice(0, Math.floor(content.length / 2));
  const begun = half === '' ? '' : `${half.length.toString(16)}\r\n${half}\r\n`;
  const [what, status, rest] = random.pick([
    ['a chunk size', 400, '0x5\r\nhello\r\n0\r\n\r\n'],
    ['no CR LF behind a chunk', 400, '5\r\nhelloX\r\n0\r\n\r\n'],
    ['a bare LF in a chunk line', 400, '5\nhello\r\n0\r\n\r\n'],
    ['a long extension', 400, `0;${'x'.repeat(80)}\r\n\r\n`],
    ['a trailer without a name', 400, '0\r\n: x\r\n\r\n'],
    ['long trailers', 431, `0\r\nX-T: ${'x'.repeat(400)}\r\n\r\n`],
  ] as const);
  const visible = what === 'no CR LF behind a chunk' ? `${half}hello` : half;
  return { mistake: { what, status, inHead: false }, content: begun + rest, visible };
}
