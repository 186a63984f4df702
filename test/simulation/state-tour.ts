// A tour of the joint machine: a connection is led into a state, and then one thing
// happens to it. Chance gets to most of these places, but to some only rarely.

import type { Limits } from '../../src/fsm/limits.js';
import type { LinkOptions } from '../../src/testing/index.js';
import type { Step } from './client-script.js';
import type { Plan, StreamPlan } from './handler-plan.js';
import type { Message } from './planned-request.js';
import type { Scenario } from './simulated-run.js';
import type { TunnelPlan } from './tunnel-plan.js';
import { chunkedMessage, message, part, scenario, visit, write } from './written-scenarios.js';

/** When the one thing happens, as a rule. */
const AT_MS = 50;

/** What stands in front: nothing, or a response that the client does not read: for too long, or long. */
const BEFORE = ['nothing', 'stalled', 'slow'] as const;
type Before = (typeof BEFORE)[number];

/** Where the connection is then. */
interface Situation {
  readonly name: string;
  readonly message: Message;
  /** So much of the message is sent at first; `begun`: its head and a first chunk. */
  readonly sentBytes: number | 'begun';
  readonly atMs?: number;
  readonly startMs?: number;
  /** Another request is sent behind it at once. */
  readonly followed?: boolean;
  /** The server drains from then on, before the one thing happens. */
  readonly drainAtMs?: number;
  readonly limits?: Partial<Limits>;
  /** Another connection holds the only slot. */
  readonly queued?: boolean;
  /** The client sends FIN with what it sends first. */
  readonly ended?: boolean;
  /** The client does not read at all. */
  readonly stalled?: boolean;
}

const WHEN = ['nothing', 'fin', 'reset', 'rest', 'bad', 'drain', 'shortDrain'] as const;
type When = (typeof WHEN)[number];

const STREAM: StreamPlan = {
  source: 'asyncIterator',
  pieceBytes: [10, 10, 10, 10, 10, 10],
  pieceMs: 30,
  declared: false,
  trailers: 'none',
  failure: undefined,
};

/** Bytes for a client that does not read: the server keeps them. */
const NARROW: LinkOptions = { toClient: { sendBufferBytes: 10, receiveBufferBytes: 10 } };

const LATE: Partial<Plan> = { startMs: 300, readsBeside: true, read: 'text', watchesSignal: true };
const LATE_STREAM: Partial<Plan> = { ...LATE, reply: 'stream', stream: STREAM };
const STREAMING: Partial<Plan> = {
  ...LATE,
  startMs: 'sync',
  reply: 'stream',
  stream: STREAM,
  status: 200,
};
/** The handler leaves its content alone. */
const UNREAD: Partial<Plan> = { read: 'nothing', readsBeside: false };
/** sluice keeps none of it, and gives it up before the response goes on. */
const BLIND: Partial<Limits> = { readAheadBytesMax: 10, bufferedBytesMax: 65_536, peerEndedMs: 10 };
/** Just so much that the connection does not go on before some of it has left. */
const FULL: Partial<Plan> = { ...LATE, startMs: 'sync', size: 65_536 };

/** Every scenario of the tour, by name. */
export function* tour(): Generator<readonly [name: string, scenario: Scenario]> {
  for (const situation of situations()) {
    for (const when of WHEN) {
      for (const before of BEFORE)
        yield [`${situation.name}, ${when}, behind ${before}`, sceneOf(situation, when, before)];
    }
  }
  yield ['an idle connection at a drain', idleAtDrain()];
  yield ['content beyond what is read ahead', readAhead()];
  yield ['content for more than a turn of the loop', bigReply()];
}

function* situations(): Generator<Situation> {
  yield { name: 'idle', message: message('2.2'), sentBytes: 0 };
  yield { name: 'timed out', message: message('2.2'), sentBytes: 0, atMs: 210 };
  for (const word of ['keep', 'last'] as const) {
    const fields = word === 'last' ? ['Connection: close'] : [];
    const some = [...beforeHandling(fields), ...handled(fields), ...upgraded(fields)];
    for (const situation of some) yield { ...situation, name: `${situation.name}, ${word}` };
  }
}

const ALL = Number.POSITIVE_INFINITY;

function beforeHandling(fields: readonly string[]): Situation[] {
  const bare = message('2.2', { fields });
  const short = message('2.2', { fields, content: 'hello simulated' });
  const body = withContent(fields, {});
  return [
    { name: 'head', message: bare, sentBytes: 12 },
    { name: 'head, short content', message: short, sentBytes: 12 },
    { name: 'head, long content', message: body, sentBytes: 12 },
    { name: 'head at a drain', message: bare, sentBytes: 12, drainAtMs: 30 },
    { name: 'gathering', message: short, sentBytes: short.headBytes + 5 },
    { name: 'queued', message: bare, sentBytes: ALL, queued: true },
    { name: 'queued, FIN', message: bare, sentBytes: ALL, queued: true, ended: true },
    {
      name: 'queued, followed',
      message: bare,
      sentBytes: ALL,
      queued: true,
      followed: true,
      ended: true,
    },
    // For less time than it takes to be given up.
    {
      name: 'queued shortly',
      message: bare,
      sentBytes: ALL,
      queued: true,
      ended: true,
      startMs: 395,
    },
    { name: 'body queued', message: body, sentBytes: 'begun', queued: true },
    { name: 'body queued, no content', message: body, sentBytes: body.headBytes, queued: true },
    { name: 'answered', message: bare, sentBytes: ALL },
    { name: 'answered early', message: body, sentBytes: 'begun' },
    { name: 'drained', message: body, sentBytes: 'begun', limits: { drainBytesMax: 4 } },
  ];
}

function handled(fields: readonly string[]): Situation[] {
  const plans = { pending: LATE, waiting: LATE_STREAM, streaming: STREAMING, flushing: FULL };
  return Object.entries(plans).flatMap(([name, plan]) => {
    const bare = message('2.2', { fields, plan });
    const body = withContent(fields, plan);
    const wrong = spoilt(fields, plan);
    const content = 'x'.repeat(8000);
    const unread = message('2.2', { fields, content, plan: { ...plan, ...UNREAD } });
    const stalled = name === 'flushing';
    return [
      { name, message: bare, sentBytes: ALL, stalled },
      { name: `${name}, FIN`, message: bare, sentBytes: ALL, stalled, ended: true },
      { name: `${name}, body`, message: body, sentBytes: 'begun' as const, stalled },
      { name: `${name}, unread`, message: unread, sentBytes: ALL, stalled, limits: BLIND },
      { name: `${name}, discarding`, message: wrong, sentBytes: ALL, stalled },
    ];
  });
}

/** Tunnels, by what their owner does when the one thing has happened, or before. */
const TUNNELS: Readonly<Record<string, Partial<TunnelPlan> & Pick<TunnelPlan, 'acts'>>> = {
  open: { acts: [[300, 'end']] },
  writing: { acts: [...writes(6), [30, 'end']] },
  left: { acts: [[80, 'leave']] },
  'left at once': { acts: [[20, 'leave']] },
  destroyed: { acts: [[80, 'destroy']] },
  ended: { acts: [[20, 'end']] },
  'ended and left': {
    acts: [
      [20, 'end'],
      [60, 'leave'],
    ],
  },
  full: {
    acts: [
      [10, 'write'],
      [10, 'end'],
    ],
    writeBytes: 3000,
  },
  'full and left': {
    acts: [
      [10, 'write'],
      [10, 'end'],
      [60, 'leave'],
    ],
    writeBytes: 3000,
  },
  unread: { acts: [[300, 'end']], readMs: Infinity },
};

function writes(count: number): TunnelPlan['acts'] {
  return Array.from({ length: count }, () => [30, 'write']);
}

function upgraded(fields: readonly string[]): Situation[] {
  const asked = fields.includes('Connection: close') ? 'close, upgrade' : 'upgrade';
  return Object.entries(TUNNELS).flatMap(([name, parts]) => {
    const tunnel = { face: 'raw', echoes: false, readMs: 0, writeBytes: 10, ...parts } as const;
    const plan: Partial<Plan> = { reply: 'tunnel', tunnel, watchesSignal: true };
    const lines = [`Connection: ${asked}`, 'Upgrade: sim'];
    const bare = (more: Partial<Plan>): Message =>
      message('2.2', { fields: lines, plan: { ...plan, ...more } });
    const stalled = name.startsWith('full');
    return [
      { name: `tunnel ${name}`, message: bare({}), sentBytes: ALL, stalled },
      { name: `tunnel ${name}, FIN`, message: bare({}), sentBytes: ALL, stalled, ended: true },
      {
        name: `tunnel ${name}, FIN before`,
        message: bare({ startMs: 30 }),
        sentBytes: ALL,
        stalled,
        ended: true,
      },
    ];
  });
}

function withContent(fields: readonly string[], plan: Partial<Plan>): Message {
  const wire = '5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n';
  const plain = chunkedMessage('2.2', wire, 'helloworld', { mistake: undefined, plan });
  return withFields(plain, fields);
}

function spoilt(fields: readonly string[], plan: Partial<Plan>): Message {
  const wire = '5\r\nhello\r\nzz\r\n';
  return withFields(chunkedMessage('2.2', wire, 'hello', { mistake: WRONG, plan }), fields);
}

/** The same with more field lines. */
function withFields(plain: Message, fields: readonly string[]): Message {
  const lines = Buffer.from(fields.map((line) => `${line}\r\n`).join(''), 'latin1');
  const at = plain.headBytes - 2;
  return {
    ...plain,
    bytes: Buffer.concat([plain.bytes.subarray(0, at), lines, plain.bytes.subarray(at)]),
    headBytes: plain.headBytes + lines.length,
    closes: fields.includes('Connection: close'),
  };
}

function sceneOf(situation: Situation, when: When, before: Before): Scenario {
  const { sentBytes, ended = false, queued = false, atMs = AT_MS, startMs = 5 } = situation;
  const subject = subjectOf(situation.message, when);
  const chunkTo = subject.headBytes + '5\r\nhello\r\n'.length;
  const to = Math.min(sentBytes === 'begun' ? chunkTo : sentBytes, subject.bytes.length);
  const hasBacklog = before !== 'nothing';
  const unread = message('2.1', { plan: { size: 2000 } });
  const junk = junkBehind(when, subject);
  const next = situation.followed === true ? [message('2.4')] : [];
  const messages = [...(hasBacklog ? [unread] : []), subject, ...next, ...junk];
  const steps: Step[] = hasBacklog ? [write(unread), { do: 'wait', ms: 20 }] : [];
  steps.push(next.length > 0 ? write(subject, ...next) : part(subject, 0, to));
  if (ended) steps.push({ do: 'end' });
  steps.push({ do: 'wait', ms: atMs });
  if (!ended) steps.push(...stepsOf(when, subject, to, junk));
  else if (when === 'reset') steps.push({ do: 'reset' });
  const isNarrow = hasBacklog || situation.stalled === true;
  // A long response takes too many events to be read in small bites.
  const resumes = before === 'slow' && situation.stalled !== true;
  const readPause = { bytes: 0, ms: resumes ? 600 : Infinity };
  const busy = message('1.1', { plan: { startMs: 400 } });
  // The slot is taken when the backlog is there, and before the subject comes.
  const other = queued
    ? visit([busy], [write(busy)], {}, { startMs: hasBacklog ? 15 : 0 })
    : visit([], [{ do: 'destroy' }]);
  const visits = [
    other,
    visit(messages, steps, isNarrow ? NARROW : {}, {
      startMs,
      readPause: isNarrow ? readPause : undefined,
      closesAfterMs: 'never',
    }),
  ];
  const options = before === 'slow' ? PATIENT : OPTIONS;
  const limits = { ...options.limits, ...situation.limits };
  const drain = drainOf(when, situation);
  return scenario(visits, { ...options, limits }, { drain });
}

const OPTIONS: Scenario['options'] = {
  concurrency: 1,
  queue: { law: 'timed', waitMs: 1000 },
  limits: { writeStallMs: 120, keepAliveMs: 200, bodyIdleMs: 250, headMs: 150, lingerMs: 100 },
};

/** Waits for who reads slowly, and lets nobody wait long for a slot. */
const PATIENT: Scenario['options'] = {
  ...OPTIONS,
  queue: { law: 'timed', waitMs: 100 },
  limits: { ...OPTIONS.limits, writeStallMs: 5000 },
};

const WRONG = { what: 'a chunk size', status: 400, inHead: false } as const;

/** The message as it will have been, when the one thing has happened. */
function subjectOf(subject: Message, when: When): Message {
  return when === 'bad' && isChunked(subject)
    ? { ...subject, content: Buffer.from('hello'), mistake: WRONG }
    : subject;
}

function isChunked({ hasContent, mistake, expectsContinue, bytes }: Message): boolean {
  const text = Buffer.from(bytes).toString('latin1');
  return hasContent && mistake === undefined && !expectsContinue && text.includes('chunked');
}

/** Bytes that begin no request, as a message of their own. */
function junkBehind(when: When, subject: Message): readonly Message[] {
  if (when !== 'bad' || subject.hasContent) return [];
  const mistake = { what: 'junk', status: 400, inHead: true };
  return [{ ...message('2.3'), bytes: Buffer.from('zz\r\n'), headBytes: 4, mistake }];
}

function stepsOf(
  when: When,
  subject: Message,
  to: number,
  junk: readonly Message[],
): readonly Step[] {
  const rest = subject.bytes.length > to ? [part(subject, to)] : [];
  switch (when) {
    case 'fin':
      return [{ do: 'end' }];
    case 'reset':
      return [{ do: 'reset' }];
    case 'rest':
      return rest;
    case 'bad':
      if (isChunked(subject) || subject.mistake === WRONG)
        return [{ do: 'write', bytes: Buffer.from('zz\r\n') }];
      return [...rest, ...junk.map((wrong) => write(wrong))];
    default:
      return [];
  }
}

function drainOf(when: When, { atMs = AT_MS, drainAtMs }: Situation): Scenario['drain'] {
  if (when === 'shortDrain') return { atMs: drainAtMs ?? atMs, graceMs: 10, delayMs: 0 };
  if (when !== 'drain' && drainAtMs === undefined) return undefined;
  return { atMs: drainAtMs ?? atMs, graceMs: 10_000, delayMs: 0 };
}

/** Idle for longer than a request may be on its way. */
function idleAtDrain(): Scenario {
  const limits = { keepAliveMs: 10_000 };
  const drain = { atMs: 3000, graceMs: 10_000, delayMs: 0 };
  return scenario([visit([], [])], { limits }, { drain });
}

/** Reading stops while the handler is not ready for more, and goes on. */
function readAhead(): Scenario {
  const plan = { startMs: 50, read: 'slow' } as const;
  const messages = [message('1.1', { content: 'x'.repeat(2000), plan }), message('1.2')];
  const limits = { readAheadBytesMax: 100 };
  const link = { segmentBytesMax: 90 };
  return scenario([visit(messages, [write(...messages)], link)], { concurrency: HUGE, limits });
}

/** A fast reader of much must not keep the loop for itself; its content goes on in the next turn. */
function bigReply(): Scenario {
  const messages = [message('1.1', { plan: { size: 3_000_000 } }), message('1.2')];
  return scenario([visit(messages, [write(...messages)])], { concurrency: HUGE });
}

/** So many slots that nobody may be refused. */
const HUGE = { algorithm: 'fixed', initial: 100 } as const;
