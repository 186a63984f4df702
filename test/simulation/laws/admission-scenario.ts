// Worlds in which admission matters: many clients at once and few slots, with all that may happen
// to a request while it waits or runs.

import { type LinkOptions, Random } from '../../../src/testing/index.js';
import type { Step } from '../client-script.js';
import type { Plan } from '../handler-plan.js';
import type { Message } from '../planned-request.js';
import type { Scenario, Visit } from '../simulated-run.js';
import { message, visit, write } from '../written-scenarios.js';

const CLASSES = ['critical', 'default', 'default', 'sheddable', 'probe'] as const;
/** Within it everybody comes. */
const RUSH_MS = 200;

export function drawCrowd(seed: number): Scenario {
  const random = new Random(seed);
  const visits: Visit[] = [];
  const count = random.pick([3, 8, 16, 24]);
  const rushMs = random.pick([2, 30, RUSH_MS]);
  for (let i = 1; i <= count; i++) visits.push(drawVisit(random, i, rushMs));
  const changes = random.chance(0.6) ? random.integer(1, 6) : 0;
  return {
    seed,
    options: drawOptions(random),
    visits,
    drain: random.chance(0.4)
      ? {
          atMs: random.integer(0, 2 * rushMs),
          graceMs: random.pick([0, 15, 20_000]),
          delayMs: random.pick([0, 0, 20]),
        }
      : undefined,
    ...(changes === 0
      ? {}
      : {
          limitChanges: Array.from({ length: changes }, () => ({
            atMs: random.integer(0, 2 * rushMs),
            limit: random.integer(1, 6),
          })),
        }),
  };
}

function drawOptions(random: Random): Scenario['options'] {
  const hold = random.pick(['handler', 'handler', 'body'] as const);
  const slots = random.integer(1, 4);
  const entriesMax = random.pick([1, 3, 10, 1024]);
  const bytesMax = random.pick([250, 1000, 1_000_000]);
  const bounds = { entriesMax, bytesMax };
  return {
    concurrency: random.pick([
      slots,
      { algorithm: 'fixed', initial: slots, hold },
      'adaptive',
      { initial: 1024 },
      { algorithm: 'gradient', initial: slots, min: 1, max: 6, hold },
    ] as const),
    queue: random.pick([
      { law: 'timed', waitMs: random.pick([5, 60, 100_000]), ...bounds },
      { law: 'sojourn', targetMs: 10, waitMsMax: 100, ...bounds },
      { law: 'sojourn', targetMs: 6, waitMsMax: 8, ...bounds },
      { law: 'patient', ...bounds },
    ] as const),
    limits: {
      keepAliveMs: 400,
      lingerMs: 40,
      lingerMsMax: 100,
      handlerMs: random.pick([0, 0, 25]),
      requestsPerConnectionMax: random.pick([0, 0, 2]),
      bufferedBytesMax: random.pick([1_000_000, 256 * 1024 * 1024, 65_536]),
    },
    health: { live: '/live', ready: '/ready' },
    priority: ({ headers }) => CLASSES.find((name) => name === headers.get('x-class')) ?? 'default',
    clientKey: ({ headers }) => headers.get('x-client') ?? '',
    deadline: ({ headers }) => {
      const withinMs = headers.get('x-within');
      return withinMs === null ? undefined : Number(withinMs);
    },
  };
}

function drawVisit(random: Random, number: number, rushMs: number): Visit {
  const client = `X-Client: ${random.integer(1, 3)}`;
  const messages: Message[] = [];
  const count = random.pick([1, 1, 2, 5]);
  for (let i = 1; i <= count; i++) messages.push(drawMessage(random, `${number}.${i}`, client));
  const isPipelined = random.chance(0.5);
  const steps: Step[] = isPipelined
    ? [write(...messages)]
    : messages.flatMap((one, i): Step[] => [write(one), { do: 'await', responses: i + 1 }]);
  if (random.chance(0.3)) {
    steps.length = random.integer(1, steps.length);
    steps.push({ do: 'wait', ms: random.pick([0, 3, 12, 40]) });
    steps.push({ do: random.pick(['end', 'destroy', 'reset', 'cut'] as const) });
  } else if (isPipelined || random.chance(0.5)) {
    steps.push({ do: 'await', responses: count }, { do: 'end' });
  }
  const buffer = random.pick([65_536, 65_536, 65_536, 3000]);
  const link: LinkOptions = {
    latencyMs: random.pick([0, 1]),
    // Many small segments of a long reply are many events, and nothing more.
    split: messages.every(({ plan }) => plan.size <= 300)
      ? random.pick(['whole', 'random'])
      : 'whole',
    toClient: { sendBufferBytes: buffer, receiveBufferBytes: buffer },
  };
  return visit(messages, steps, link, { startMs: random.integer(0, rushMs) });
}

function drawMessage(random: Random, id: string, client: string): Message {
  const fields = [client, `X-Class: ${random.pick(CLASSES)}`];
  if (random.chance(0.2)) fields.push(`X-Within: ${random.pick([0, 1, 5, 30, 200])}`);
  if (random.chance(0.1)) fields.push('Connection: close');
  const isPost = random.chance(0.3);
  const one = message(id, {
    fields,
    ...(isPost ? { content: 'x'.repeat(random.pick([0, 10, 900])) } : {}),
    plan: drawPlan(random),
  });
  return random.chance(0.05) && !isPost ? probe(one) : one;
}

/** The same as a request that sluice answers itself. */
function probe(one: Message): Message {
  const text = Buffer.from(one.bytes).toString('latin1').replace(one.target, '/live');
  const bytes = Buffer.from(text, 'latin1');
  return { ...one, bytes, headBytes: bytes.length, target: '/live', isProbe: true };
}

function drawPlan(random: Random): Partial<Plan> {
  const reply = random.pick(['text', 'text', 'text', 'throw', 'invalid', 'native'] as const);
  return {
    startMs: random.pick(['sync', 'promise', 'promise', 0, 2, 10, 35] as const),
    busyMs: random.pick([0, 0, 0, 0.3, 2, 9]),
    reply,
    size: random.pick([20, 20, 300, 5000, 30_000]),
    closes: random.chance(0.05),
    watchesSignal: random.chance(0.5),
    givesUp: random.chance(0.5),
    errorReplied: random.chance(0.3),
  };
}
