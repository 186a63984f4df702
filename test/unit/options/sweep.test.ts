// Every option that a user can set is given what doesn't fit. The lists of options are the code's own, so
// that an option that is added is swept, too, or the test says that its row is missing.

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { staticFiles } from '../../../src/adapters/static-files/index.js';
import { STATIC_FILES_NAMES } from '../../../src/adapters/static-files/static-options.js';
import { WORKERS_NAMES, workersFrom } from '../../../src/adapters/workers/options.js';
import { TRACE_NAMES } from '../../../src/conn/machine/traces.js';
import { LIMIT_NAMES } from '../../../src/fsm/limits.js';
import { RequestParser } from '../../../src/fsm/parse/request-parser.js';
import { createServer, reply } from '../../../src/index.js';
import { createLimiter } from '../../../src/limiter/index.js';
import { CONCURRENCY_NAMES, LIMITER_NAMES, QUEUE_NAMES } from '../../../src/limiter/options.js';
import { RUN_NAMES } from '../../../src/limiter/run-options.js';
import { OBSERVER_NAMES } from '../../../src/observe/observer.js';
import { HEALTH_NAMES, SERVER_NAMES } from '../../../src/server-options.js';
import {
  createSimulatedServer,
  inject,
  type PipeOptions,
  RecordingSink,
  SimulatedNetwork,
  VirtualClock,
  VirtualEnvironment,
} from '../../../src/testing/index.js';
import { PIPE_NAMES } from '../../../src/testing/network/link-checks.js';
import { NETWORK_NAMES } from '../../../src/testing/network/simulated-network.js';
import { ENVIRONMENT_NAMES } from '../../../src/testing/network/virtual-environment.js';

/** What fits nowhere, but for what the kind of an option names. */
const values: Readonly<Record<string, unknown>> = {
  'a string of digits': '10',
  'a string with a unit': '10mb',
  'an empty string': '',
  NaN: Number.NaN,
  '-1': -1,
  '1.5': 1.5,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '2 ** 60': 2 ** 60,
  null: null,
  true: true,
  false: false,
  'an object': { a: 1 },
  'an array': [1],
  'a bigint': 10n,
  'a symbol': Symbol('ten'),
  'a function': () => 10,
  'a Date': new Date(0),
};

const text = ['a string of digits', 'a string with a unit', 'an empty string'];
const kinds = {
  wholeNumber: [],
  ms: ['1.5', '2 ** 60'],
  msOrInfinity: ['1.5', '2 ** 60', 'Infinity'],
  bytesOrInfinity: ['Infinity'],
  chance: [],
  seed: ['-1'],
  text,
  word: [],
  boolean: ['true', 'false'],
  function: ['a function'],
  object: [],
  // Members that are no functions are an observer's own.
  observer: ['an object'],
  falseOrObject: ['false'],
  list: [],
} satisfies Record<string, readonly string[]>;
type Kind = keyof typeof kinds;

const fetch = () => reply();
const sink = { head() {}, body() {}, end() {}, trailers() {}, fault() {} };
const root = mkdtempSync(`${tmpdir()}/sluice-sweep-`);

const linkKinds: Readonly<Record<keyof PipeOptions, Kind>> = {
  latencyMs: 'ms',
  jitterMs: 'ms',
  split: 'word',
  segmentBytesMax: 'wholeNumber',
  coalesceChance: 'chance',
  readBytesMax: 'wholeNumber',
  sendBufferBytes: 'wholeNumber',
  receiveBufferBytes: 'wholeNumber',
  flushDelayMs: 'msOrInfinity',
  cutAfterBytes: 'bytesOrInfinity',
  resetDiscardsChance: 'chance',
  resetAsFinChance: 'chance',
};

interface Group {
  /** Sets one option. */
  readonly set: (name: string, value: unknown) => unknown;
  /** How it is called in messages. */
  readonly path?: string;
  readonly names: readonly string[];
  /** What each takes; a name for which nothing is said takes `otherwise`. */
  readonly kinds: Readonly<Record<string, Kind>>;
  readonly otherwise?: Kind;
}

/** The boundary: what somebody without types may write. */
const untyped = (value: unknown): never => value as never;

const groups: Readonly<Record<string, Group>> = {
  createServer: {
    set: (name, value) => createServer(untyped({ fetch, [name]: value })),
    names: SERVER_NAMES,
    kinds: {
      fetch: 'function',
      concurrency: 'wholeNumber',
      queue: 'object',
      limits: 'object',
      priority: 'function',
      clientKey: 'function',
      deadline: 'function',
      health: 'falseOrObject',
      trustedProxies: 'list',
      connect: 'boolean',
      transport: 'word',
      onError: 'function',
      onFault: 'function',
      errorPages: 'function',
      faultBytes: 'word',
      observer: 'observer',
      trace: 'object',
    },
  },
  limits: {
    set: (name, value) => createServer(untyped({ fetch, limits: { [name]: value } })),
    path: 'limits.',
    names: LIMIT_NAMES,
    kinds: {},
    otherwise: 'wholeNumber',
  },
  RequestParser: {
    set: (name, value) => new RequestParser(untyped({ [name]: value }), untyped(sink)),
    path: 'limits.',
    names: LIMIT_NAMES,
    kinds: {},
    otherwise: 'wholeNumber',
  },
  concurrency: {
    set: (name, value) => createServer(untyped({ fetch, concurrency: { [name]: value } })),
    path: 'concurrency.',
    names: CONCURRENCY_NAMES,
    kinds: { algorithm: 'word', hold: 'word' },
    otherwise: 'wholeNumber',
  },
  'the timed queue': {
    set: (name, value) => createServer(untyped({ fetch, queue: { law: 'timed', [name]: value } })),
    path: 'queue.',
    names: QUEUE_NAMES.timed,
    kinds: { law: 'word', waitMs: 'ms' },
    otherwise: 'wholeNumber',
  },
  'the sojourn queue': {
    set: (name, value) =>
      createServer(untyped({ fetch, queue: { law: 'sojourn', [name]: value } })),
    path: 'queue.',
    names: QUEUE_NAMES.sojourn,
    kinds: { law: 'word', targetMs: 'ms', waitMsMax: 'ms' },
    otherwise: 'wholeNumber',
  },
  health: {
    set: (name, value) =>
      createServer(untyped({ fetch, health: { live: '/l', ready: '/r', [name]: value } })),
    path: 'health.',
    names: HEALTH_NAMES,
    kinds: {},
    otherwise: 'word',
  },
  observer: {
    set: (name, value) => createServer(untyped({ fetch, observer: { [name]: value } })),
    path: 'observer.',
    names: OBSERVER_NAMES,
    kinds: {},
    otherwise: 'function',
  },
  trace: {
    set: (name, value) => createServer(untyped({ fetch, trace: { [name]: value } })),
    path: 'trace.',
    names: TRACE_NAMES,
    kinds: {},
    otherwise: 'wholeNumber',
  },
  createLimiter: {
    set: (name, value) => createLimiter(untyped({ [name]: value })),
    names: LIMITER_NAMES,
    kinds: { concurrency: 'wholeNumber', queue: 'object' },
  },
  'run of a limiter': {
    set: (name, value) => createLimiter().run(() => 1, untyped({ [name]: value })),
    names: RUN_NAMES,
    kinds: { priority: 'word', key: 'text', deadline: 'ms', signal: 'object' },
  },
  'a simulated network': {
    set: (name, value) => new SimulatedNetwork(untyped({ [name]: value })),
    names: NETWORK_NAMES,
    kinds: { seed: 'seed', clock: 'object', link: 'object', trace: 'function' },
  },
  'its link': {
    set: (name, value) => new SimulatedNetwork(untyped({ link: { [name]: value } })),
    path: 'link.',
    names: PIPE_NAMES,
    kinds: linkKinds,
  },
  'its link to the client': {
    set: (name, value) => new SimulatedNetwork(untyped({ link: { toClient: { [name]: value } } })),
    path: 'link.toClient.',
    names: PIPE_NAMES,
    kinds: linkKinds,
  },
  'a simulated connection': {
    set: (name, value) =>
      new SimulatedNetwork().connect(() => new RecordingSink(), untyped({ [name]: value })),
    names: [...PIPE_NAMES, 'from', 'encrypted', 'toServer'],
    kinds: { ...linkKinds, from: 'object', encrypted: 'boolean', toServer: 'object' },
  },
  'a simulated server': {
    set: (name, value) => createSimulatedServer({ fetch }, untyped({ [name]: value })),
    names: ['seed', 'link', 'trace'],
    kinds: { seed: 'seed', link: 'object', trace: 'function' },
  },
  'a virtual environment': {
    set: (name, value) => new VirtualEnvironment(new VirtualClock(), untyped({ [name]: value })),
    names: ENVIRONMENT_NAMES,
    kinds: { random: 'object', wallStart: 'wholeNumber', turnMs: 'ms' },
  },
  staticFiles: {
    set: (name, value) => staticFiles(root, untyped({ [name]: value })),
    names: STATIC_FILES_NAMES,
    kinds: {
      index: 'text',
      notFoundPage: 'text',
      cacheControl: 'text',
    },
    otherwise: 'wholeNumber',
  },
  runWorkers: {
    set: (name, value) => workersFrom({ count: 2, start: () => 1, [name]: value }, 2),
    names: WORKERS_NAMES,
    kinds: { count: 'wholeNumber', start: 'function', signals: 'boolean', onEvent: 'function' },
    otherwise: 'ms',
  },
};

describe.each(Object.entries(groups))(
  '%s',
  (_group, { set, path = '', names, kinds: own, otherwise }) => {
    test.each(names)('%s refuses what it does not take, and names itself', async (name) => {
      const kind = own[name] ?? otherwise;
      if (kind === undefined) throw new Error(`${name} has no row in this test`);
      for (const [what, value] of Object.entries(values)) {
        if ((kinds[kind] as readonly string[]).includes(what)) continue;
        let thrown: unknown;
        try {
          await set(name, value);
        } catch (error) {
          thrown = error;
        }
        expect(thrown, `${name} with ${what}`).toBeInstanceOf(Error);
        expect(thrown).toMatchObject({ code: 'SLUICE_OPTION_INVALID' });
        const { message } = thrown as Error;
        // An object that fits may have a member that doesn't.
        expect(message.startsWith(`${path}${name}`), message).toBe(true);
        expect(message, message).toMatch(/, expected |; there are /);
        expect(message.length).toBeLessThan(900);
      }
    });

    test('refuses a name that it has not', async () => {
      const refusal = async (): Promise<unknown> => set('noSuchOption', () => 1);
      await expect(refusal()).rejects.toThrow(
        `${path}noSuchOption: unknown option; got a function; there are `,
      );
    });
  },
);

/** Whole arguments, beside the options that stand in them. */
const calls: Readonly<Record<string, (value: unknown) => unknown>> = {
  'options of createServer': (value) => createServer(untyped(value)),
  'options of createLimiter': (value) => createLimiter(untyped(value)),
  'options of run': (value) => createLimiter().run(() => 1, untyped(value)),
  'fn of run': (value) => createLimiter().run(untyped(value)),
  'options of staticFiles': (value) => staticFiles(root, untyped(value)),
  'options of runWorkers': (value) => workersFrom(value, 2),
  'root of staticFiles': (value) => staticFiles(untyped(value)),
  'sink of RequestParser': (value) => new RequestParser({}, untyped(value)),
  'bytes of feed': (value) => new RequestParser({}, untyped(sink)).feed(untyped(value)),
  'server of inject': (value) => inject(untyped(value), new Request('http://a/')),
  'request of inject': (value) => inject(createServer({ fetch }), untyped(value)),
  'open of connect': (value) => new SimulatedNetwork().connect(untyped(value)),
};

test.each(Object.entries(calls))('the argument %s is checked', async (name, call) => {
  const [argument = ''] = name.split(' ');
  const texts = ['a string of digits', 'a string with a unit', 'an empty string'];
  for (const [what, value] of Object.entries(values)) {
    const takesText = argument === 'root' || argument === 'request';
    if (takesText && texts.includes(what)) continue;
    // A function is what some are, and a plain object has nothing but a member too many.
    if ((argument === 'fn' || argument === 'open') && what === 'a function') continue;
    let thrown: unknown;
    try {
      await call(value);
    } catch (error) {
      thrown = error;
    }
    expect(thrown, `${name} with ${what}`).toBeInstanceOf(Error);
    expect(thrown, `${name} with ${what}`).toMatchObject({ code: 'SLUICE_OPTION_INVALID' });
  }
});

test('the places of feed are within its bytes', () => {
  const bytes = new Uint8Array(4);
  const feed = (from: unknown, to?: unknown) => () =>
    new RequestParser({}, untyped(sink)).feed(bytes, untyped(from), untyped(to));
  expect(feed(-1)).toThrow('from: got -1, expected a whole number from 0 to 4');
  expect(feed(5)).toThrow('from: got 5, expected a whole number from 0 to 4');
  expect(feed('1')).toThrow('from: got "1", expected a whole number from 0 to 4');
  expect(feed(2, 1)).toThrow('to: got 1, expected a whole number from 2 to 4');
  expect(feed(0, 5)).toThrow('to: got 5, expected a whole number from 0 to 4');
  expect(feed(0, Number.NaN)).toThrow('to: got NaN, expected a whole number from 0 to 4');
});
