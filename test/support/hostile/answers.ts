// What a hostile application answers: replies, Responses, bodies and what only seems one.

import { Readable } from 'node:stream';
import { reply } from '../../../src/index.js';
import type { HostileWorld } from './acts.js';
import { fading, rejects, revoked, thenables, throws, untouchable } from './values.js';

type Make = (world: HostileWorld) => unknown;

/** A boundary: what JavaScript lets an application give. */
const anything = (value: unknown): never => value as never;

function iterable(members: object, kind: symbol = Symbol.asyncIterator): object {
  const iterator: object = { [kind]: () => iterator, ...members };
  return iterator;
}

const chunk = { done: false, value: 'x' };
/** Gives a few chunks: in virtual time a fast client would read an endless body for ever. */
function fewChunks(): () => object {
  let left = 20;
  return () => (left-- > 0 ? chunk : { done: true });
}
const few = (): (() => Promise<object>) => {
  const next = fewChunks();
  return async () => next();
};

const WRONG_CHUNKS: readonly (() => unknown)[] = [
  () => 7,
  () => null,
  () => ({}),
  () => Symbol('x'),
  rejects,
  revoked,
  untouchable,
  () => untouchable(new Uint8Array(3)),
];

/** By name: what is given as the content of a reply. */
export const BODIES: Readonly<Record<string, Make>> = {
  'an iterator whose next throws': () => iterable({ next: throws }),
  'an iterator whose next rejects': () => iterable({ next: rejects }),
  'an iterator without next': () => iterable({}),
  'an iterator that gives no object': () => iterable({ next: async () => 7 }),
  'an iterator whose done can’t be looked at': () =>
    iterable({ next: async () => Object.defineProperty({}, 'done', { get: throws }) }),
  'an iterator whose value can’t be looked at': () =>
    iterable({
      next: async () => Object.defineProperty({ done: false }, 'value', { get: throws }),
    }),
  'an iterator whose return throws': () => iterable({ next: few(), return: throws }),
  'an iterator whose return rejects': () => iterable({ next: few(), return: rejects }),
  'an iterator whose return never settles': (world) =>
    iterable({ next: few(), return: () => world.never() }),
  'an iterator whose return can’t be looked at': () =>
    Object.defineProperty(iterable({ next: few() }), 'return', { get: throws }),
  'an iterator that waits': (world) =>
    iterable({ next: () => world.never().then(() => ({ done: true })), return: throws }),
  'an iterator of thenables': (world) =>
    iterable({
      next: () =>
        world.random.pick(Object.values(thenables))(
          world.random.chance(0.8) ? chunk : { done: true },
        ),
    }),
  'an iterator of wrong chunks': (world) =>
    iterable({
      next: async () => ({
        done: false,
        value: world.random.pick(WRONG_CHUNKS)(),
      }),
    }),
  'an iterable that throws': () => ({ [Symbol.asyncIterator]: throws }),
  'an iterable that gives nothing': () => ({ [Symbol.asyncIterator]: () => null }),
  'a plain iterator whose next throws': () => iterable({ next: throws }, Symbol.iterator),
  'a plain iterator whose return throws': () =>
    iterable({ next: fewChunks(), return: throws }, Symbol.iterator),
  'a generator that never ends its finally': (world) =>
    (async function* () {
      try {
        yield 'x';
        await world.sleep(3);
        yield 'y';
      } finally {
        await world.never();
      }
    })(),
  'a generator that throws in its finally': () =>
    (function* () {
      try {
        yield 'x';
        yield 'y';
      } finally {
        throws();
      }
    })(),
  'a generator that runs already': () => {
    const self: Generator<unknown>[] = [];
    self.push(
      (function* () {
        yield self[0]?.next();
      })(),
    );
    return self[0];
  },
  'a stream that fails at its start': () =>
    new ReadableStream({ start: (controller) => controller.error(new Error('mistake')) }),
  'a stream whose pull throws': () => new ReadableStream({ pull: throws }),
  'a stream whose pull rejects': () => new ReadableStream({ pull: rejects }),
  'a stream whose cancel throws': () => new ReadableStream({ cancel: throws }),
  'a stream whose cancel rejects': () => new ReadableStream({ cancel: rejects }),
  'a stream whose cancel never settles': (world) =>
    new ReadableStream({ cancel: () => world.never() }),
  'a stream that says nothing': () => new ReadableStream({}),
  'a stream of wrong chunks': () =>
    new ReadableStream({ start: (controller) => controller.enqueue({ a: 1 }) }),
  'a stream that is locked': () => {
    const stream = new ReadableStream({});
    stream.getReader();
    return stream;
  },
  'a stream that is locked later': (world) => {
    const stream = new ReadableStream({ pull: () => world.sleep(2) });
    queueMicrotask(() => stream.locked || stream.getReader());
    return stream;
  },
  'a stream whose reader can’t be had': () =>
    Object.defineProperty(new ReadableStream({}), 'getReader', { get: throws }),
  'one half of a stream': () =>
    new ReadableStream({ start: (controller) => controller.enqueue('x') }).tee()[0],
  'a Readable that fails twice': () =>
    new Readable({
      read() {
        this.emit('error', new Error('mistake'));
        this.emit('error', new Error('mistake'));
      },
    }),
  'a Readable that fails when it has ended': (world) => {
    const readable = Readable.from(['x', 'y']);
    readable.once(
      'end',
      () => void world.sleep(1).then(() => readable.emit('error', new Error('mistake'))),
    );
    return readable;
  },
  'a Readable that has failed': () => new Readable({ read() {} }).destroy(new Error('mistake')),
  'a Readable that fails before it is read': (world) => {
    const readable = new Readable({ read() {} });
    void world.sleep(0).then(() => readable.destroy(new Error('mistake')));
    return readable;
  },
  'a Readable whose read throws': () => new Readable({ read: throws }),
  'a Readable whose destroy throws': () => {
    const readable = new Readable({ read() {} });
    readable.destroy = throws;
    return readable;
  },
  'a Readable whose destroy fails': () =>
    new Readable({ read() {}, destroy: (_error, callback) => callback(new Error('mistake')) }),
  'a Readable of objects': () => Readable.from([{ a: 1 }, 7]),
  'a blob that can’t be read': () =>
    Object.defineProperty(new Blob(['x']), 'stream', { value: throws }),
  'a blob of another size': () => Object.defineProperty(new Blob(['x']), 'size', { value: 70 }),
  'a blob whose size can’t be looked at': () =>
    Object.defineProperty(new Blob(['x']), 'size', { get: throws }),
  'a proxy of bytes': () => new Proxy(new Uint8Array(3), {}),
  'what can’t be touched': () => untouchable(),
  'what was revoked': revoked,
  'a symbol': () => Symbol('x'),
};

/** By name: what stands beside the content. */
const INITS: Readonly<Record<string, Make>> = {
  'a status that is no number': () => ({ status: { valueOf: throws } }),
  'headers that can’t be looked at': () => ({ headers: untouchable() }),
  'a header that throws': () => ({
    headers: Object.defineProperty({}, 'A', { get: throws, enumerable: true }),
  }),
  'headers that end badly': () => ({
    headers: (function* () {
      yield ['A', 'b'];
      throws();
    })(),
  }),
  'a header’s value that throws': () => ({ headers: { A: { toString: throws } } }),
  'trailers that throw': () => ({ trailers: throws }),
  'trailers that reject': () => ({ trailers: rejects() }),
  'trailers that never come': (world) => ({ trailers: world.never() }),
  'trailers that are thenables': (world) => ({
    trailers: () => world.random.pick(Object.values(thenables))({ A: 'b' }),
  }),
  'trailers that can’t be touched': () => ({ trailers: async () => untouchable() }),
  'a content length that is wrong': () => ({ headers: { 'Content-Length': '3' } }),
  'no content': () => ({ status: 204 }),
  'what can’t be touched': () => untouchable(),
};

/** By name: what a handler gives. */
export const ANSWERS: Readonly<Record<string, Make>> = {
  nothing: () => undefined,
  'what is no answer': ({ random }) => random.pick([null, 7, 'x', {}, [], Symbol('x'), 1n, throws]),
  'what can’t be touched': () => untouchable(),
  'what was revoked': revoked,
  'a proxy of a Reply': () => new Proxy(reply('x'), {}),
  'a Reply that fades': ({ random }) => fading(reply('x'), random.integer(0, 12)),
  'what only seems a Reply': () => Object.create(Object.getPrototypeOf(reply())),
  'a proxy of a Response': () => new Proxy(new Response('x'), {}),
  'a Response that fades': ({ random }) => fading(new Response('x'), random.integer(0, 12)),
  'what only seems a Response': () => Object.create(Response.prototype),
  'a Response that was read': () => {
    const response = new Response('x');
    void response.text();
    return response;
  },
  'a network error': () => Response.error(),
  'a Response whose headers throw': () => ({
    ...{ status: 200, statusText: '', body: null, bodyUsed: false, type: 'default', url: '' },
    headers: { [Symbol.iterator]: throws, getSetCookie: throws },
  }),
  'a Response of a hostile stream': (world) => {
    const stream = drawOf(BODIES, world, (name) => name.startsWith('a stream'));
    return new Response(anything(stream));
  },
  'a reply of a hostile body': (world) => reply(anything(drawOf(BODIES, world))),
  'a reply of a hostile body with more': (world) =>
    reply(anything(drawOf(BODIES, world)), anything(drawOf(INITS, world))),
  'a hostile reply': (world) => reply('x', anything(drawOf(INITS, world))),
  'a reply of JSON that throws': () => reply.json({ toJSON: throws }),
  'a reply twice': (() => {
    const one = reply(Readable.from(['x']));
    return () => one;
  })(),
  'a thenable': (world) =>
    world.random.pick(Object.values(thenables))(
      world.random.pick([reply('x'), undefined, 7, untouchable()]),
    ),
  'a late answer': (world) => world.sleep(5).then(() => drawAnswer(world)),
  'what never comes': (world) => world.never(),
  'an error': throws,
  'an error that can’t be shown': () => {
    throw Object.defineProperties(new Error('x'), {
      message: { get: throws },
      stack: { get: throws },
      name: { get: throws },
      code: { get: throws },
      toString: { value: throws },
    });
  },
  'what is no error': ({ random }) => {
    throw random.pick([undefined, null, 0, revoked(), untouchable(), Symbol('x')]);
  },
  'an answer thrown': (world) => {
    throw drawAnswer(world);
  },
  'an answer': () => reply('x'),
};

function drawOf(
  table: Readonly<Record<string, Make>>,
  world: HostileWorld,
  fits: (name: string) => boolean = () => true,
): unknown {
  const name = world.random.pick(Object.keys(table).filter(fits));
  world.note(name);
  return table[name]?.(world);
}

/** May throw, as the application may. */
export function drawAnswer(world: HostileWorld): unknown {
  return drawOf(ANSWERS, world);
}
