// What a hostile application does with what it is given, before and after it answers. Each may throw: out of
// the handler then, unless its caller catches it. None makes a promise of its own that rejects unheard.

import type { RequestContext } from '../../../src/index.js';
import type { Random } from '../../../src/testing/index.js';
import { rejects, thenables, throws } from './values.js';

/** What a hostile application needs of its world. */
export interface HostileWorld {
  readonly random: Random;
  sleep(ms: number): Promise<void>;
  /** Settles when the world ends. */
  never(): Promise<undefined>;
  /** What it does, for who looks for the cause of a failure. */
  note(what: string): void;
}

export type Act = (request: Request, context: RequestContext, world: HostileWorld) => unknown;

/** A boundary: what JavaScript lets an application do. */
const anything = (value: unknown): never => value as never;

const failingSink = (): WritableStream =>
  new WritableStream({
    write: throws,
    abort: () => rejects(),
  });

/** By name. */
export const ACTS: Readonly<Record<string, Act>> = {
  'drops text()': (request) => request.text(),
  'drops json()': (request) => request.json(),
  'drops formData()': (request) => request.formData(),
  'drops blob()': (request) => request.blob(),
  'reads twice': (request) => [request.text(), request.arrayBuffer()],
  'drops read()': (request) => request.body?.getReader().read(),
  'drops a reader of its own memory': (request) =>
    request.body?.getReader({ mode: 'byob' }).read(new Uint8Array(7)),
  'drops next()': (request) => request.body?.[Symbol.asyncIterator]().next(),
  'returns an iterator twice': (request) => {
    const chunks = request.body?.values();
    return [chunks?.next(), chunks?.return?.(), chunks?.return?.(), chunks?.next()];
  },
  'cancels with what can’t be shown': (request) => request.body?.cancel(anything(hostileError())),
  'cancels and reads': (request) => [request.body?.cancel(), request.text()],
  'splits the stream': (request) => request.body?.tee()[0].getReader().read(),
  'pipes into what throws': (request) => request.body?.pipeTo(failingSink()),
  'pipes through what throws': (request) =>
    request.body
      ?.pipeThrough(new TransformStream({ transform: throws }))
      .getReader()
      .read(),
  'drops a clone': (request) => request.clone().text(),
  'drops a clone of a clone': (request) => [request.clone().clone().text(), request.text()],
  'clones when read': (request) => [request.text(), request.clone()],
  'shows what it has': (request, context) => [
    String(request),
    JSON.stringify([...request.headers]),
    Object.keys(context),
    { ...request },
  ],
  'changes what it has': (request, context) => {
    Object.assign(request, { method: 1, body: 2, signal: 3 });
    Object.assign(context, { target: 1 });
  },
  'freezes what it has': (request, context) => [Object.freeze(request), Object.freeze(context)],
  'takes methods away from their object': (request, context) => {
    const { text } = request;
    const { waitUntil } = context;
    return [text(), waitUntil(1)];
  },
  'copies the request as the platform does': (request) => new Request(request),
  'listens with what throws': ({ signal }) => {
    signal.addEventListener('abort', throws);
    signal.onabort = throws;
  },
  'listens with what rejects': ({ signal }) => {
    signal.addEventListener('abort', () => rejects());
    signal.onabort = () => rejects();
  },
  'aborts the signal by hand': ({ signal }) => signal.dispatchEvent(new Event('abort')),
  'waits for many that reject': (_request, context) => {
    for (let i = 0; i < 30; i++) context.waitUntil(rejects());
  },
  'waits for thenables': (_request, context) => {
    for (const make of Object.values(thenables)) context.waitUntil(make(undefined));
  },
  'waits for what is no promise': (_request, context) => {
    for (const value of [undefined, null, 1, {}, throws, new Proxy({}, {})])
      context.waitUntil(value);
  },
  'waits for what never settles': (_request, context, world) => context.waitUntil(world.never()),
  'waits on purpose, and drops it': (_request, context) => context.waiting(rejects()),
  'waits on purpose for thenables': (_request, context) => {
    for (const make of Object.values(thenables)) void context.waiting(anything(make(undefined)));
  },
  'waits on purpose many times': (_request, context, world) => {
    for (let i = 0; i < 5; i++) void context.waiting(world.sleep(i));
  },
  'informs wrongly': (_request, context) => context.sendInformational(200),
  'informs of what throws': (_request, context) =>
    context.sendInformational(103, anything(new Proxy({}, { ownKeys: throws }))),
  'informs often': (_request, context) => {
    for (let i = 0; i < 20; i++) context.sendInformational(103, { Link: `</${i}>` });
  },
  'limits wrongly': (_request, context) => {
    context.bodyBytesMax = anything('10mb');
  },
  'limits to nothing': (_request, context) => {
    context.bodyBytesMax = 0;
  },
  'asks for what comes later': (_request, context) => [context.trailers, context.completed],
  throws,
};

function hostileError(): unknown {
  return Object.defineProperties(new Error('x'), {
    message: { get: throws },
    stack: { get: throws },
    toString: { value: throws },
  });
}

/** All that may be asked when the response has left long ago. Nothing that throws here is heard. */
export async function afterwards(
  request: Request,
  context: RequestContext,
  world: HostileWorld,
): Promise<void> {
  await world.sleep(world.random.pick([0, 1, 20, 400]));
  for (const act of Object.values(ACTS)) {
    try {
      await Promise.race([act(request, context, world), world.sleep(1)]);
    } catch {
      // It is the application's own.
    }
  }
}
