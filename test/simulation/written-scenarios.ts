// Scenarios written by hand: for what a seed has found, and for what no seed finds.

import type { LinkOptions } from '../../src/testing/index.js';
import type { Script, Step } from './client-script.js';
import { PLAIN, type Plan } from './handler-plan.js';
import type { Message } from './planned-request.js';
import type { Scenario, Visit } from './simulated-run.js';

export interface MessageParts {
  readonly method?: string;
  readonly version?: '1.0' | '1.1';
  readonly fields?: readonly string[];
  /** Sent with a Content-Length. */
  readonly content?: string;
  readonly plan?: Partial<Plan>;
}

/** A request without mistakes. */
export function message(id: string, parts: MessageParts = {}): Message {
  const { version = '1.1', fields = [], content, plan } = parts;
  const hasContent = content !== undefined;
  const { method = hasContent ? 'POST' : 'GET' } = parts;
  const lines = [`${method} /${id} HTTP/${version}`, 'Host: sim.test', `X-Id: ${id}`, ...fields];
  if (hasContent) lines.push(`Content-Length: ${content.length}`);
  const head = `${lines.join('\r\n')}\r\n\r\n`;
  return {
    id,
    bytes: Buffer.from(head + (content ?? ''), 'latin1'),
    headBytes: head.length,
    method,
    target: `/${id}`,
    versionMinor: version === '1.0' ? 0 : 1,
    expectsContinue: fields.some((line) => line.startsWith('Expect:')),
    content: Buffer.from(content ?? '', 'latin1'),
    hasContent,
    trailers: [],
    takesTrailers: fields.includes('TE: trailers'),
    closes: fields.includes('Connection: close') || version === '1.0',
    plan: { ...PLAIN, ...plan },
    isProbe: false,
    mistake: undefined,
  };
}

/** A request with chunked content that is written out. `content` is what a handler may see of it. */
export function chunkedMessage(
  id: string,
  wire: string,
  content: string,
  parts: Pick<Message, 'mistake'> & Pick<MessageParts, 'plan'>,
): Message {
  const head = message(id, {
    method: 'POST',
    fields: ['Transfer-Encoding: chunked'],
    ...(parts.plan === undefined ? {} : { plan: parts.plan }),
  });
  return {
    ...head,
    bytes: Buffer.concat([head.bytes, Buffer.from(wire, 'latin1')]),
    content: Buffer.from(content, 'latin1'),
    hasContent: true,
    mistake: parts.mistake,
  };
}

export function write(...messages: readonly Message[]): Step {
  return { do: 'write', bytes: Buffer.concat(messages.map(({ bytes }) => bytes)) };
}

/** The first bytes of a message, or those from `from` on. */
export function part({ bytes }: Message, from: number, to?: number): Step {
  return { do: 'write', bytes: bytes.subarray(from, to) };
}

export function visit(
  messages: readonly Message[],
  steps: readonly Step[],
  link: LinkOptions = {},
  script: Partial<Script> = {},
): Visit {
  return {
    link,
    script: {
      startMs: 0,
      messages,
      steps,
      closesAfterMs: 0,
      writesBehindEnd: false,
      readPause: undefined,
      ...script,
    },
  };
}

export function scenario(
  visits: readonly Visit[],
  options: Scenario['options'] = {},
  rest: Partial<Scenario> = {},
): Scenario {
  return { seed: 1, options, visits, drain: undefined, ...rest };
}
