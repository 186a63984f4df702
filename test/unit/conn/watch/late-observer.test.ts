// An observer that joins a server which runs, and leaves it again.

import { describe, expect, test } from 'vitest';
import { EVENTS } from '../../../../src/fsm/machine/events.js';
import type { Observer } from '../../../../src/index.js';
import { reply } from '../../../../src/index.js';
import { ConnectionScene } from '../../../support/connection-scene.js';
import { gate, get, post, postChunked } from '../../../support/test-server.js';

/** What it was told, in its main words. */
class Told {
  readonly words: string[] = [];
  readonly events: string[] = [];

  readonly observer: Observer = {
    connectionOpened: ({ connectionId }) => this.#note('opened', connectionId),
    connectionClosed: ({ connectionId, durationMs }) =>
      this.#note('closed', connectionId, durationMs),
    connectionRefused: ({ reason }) => this.#note('turned away', reason),
    requestStarted: ({ requestId }) => this.#note('started', requestId),
    requestCompleted: ({ requestId, requestBytes, status }) =>
      this.#note('completed', requestId, requestBytes, status),
    requestRefused: ({ requestId, requestBytes, status }) =>
      this.#note('refused', requestId, requestBytes, status),
    fault: ({ code }) => this.#note('fault', code),
    limitChanged: ({ limit, previous }) => this.#note('limit', previous, limit),
    transition: ({ event }) => void this.events.push(EVENTS[event] ?? ''),
  };

  #note(...words: unknown[]): void {
    this.words.push(words.join(' '));
  }
}

describe.each([
  ['alone', undefined],
  ['beside another', [{ requestStarted: () => undefined, transition: () => undefined }]],
])('an observer that joins %s', (_how, observer: Observer[] | undefined) => {
  const sceneOf = (...[fetch, options]: ConstructorParameters<typeof ConnectionScene>) =>
    new ConnectionScene(fetch, { ...options, observer: observer ?? [] });

  test('is told of a connection that is open, and of all that follows', async () => {
    const scene = sceneOf();
    await scene.send(get());
    const told = new Told();
    await scene.to(10);
    scene.parts.observe(told.observer);
    expect([told.words.splice(0), told.events]).toEqual([['opened 1'], []]);
    await scene.send(get());
    expect(told.words.splice(0)).toEqual(['started 2', `completed 2 ${get().length} 200`]);
    expect(told.events).toEqual(['requestBare', 'admitted', 'replyWhole', 'flushed']);
    await scene.to(30);
    scene.connection.onReset(30, undefined);
    expect(told.words.splice(0)).toEqual(['closed 1 30']);
    scene.connect();
    expect(told.words).toEqual(['opened 2']);
  });

  test.each<[string, string]>([
    ['bare', get('/1')],
    ['streamed', postChunked('3\r\nabc\r\n')],
  ])('is told nothing of a request in progress, %s, but of the next', async (_what, first) => {
    const opened = gate();
    const scene = sceneOf(async (request) => {
      await opened.promise;
      return reply(await request.text());
    });
    await scene.send(first);
    const told = new Told();
    scene.parts.observe(told.observer);
    opened.open();
    await scene.send(first.startsWith('GET') ? get('/2') : `0\r\n\r\n${get('/2')}`);
    await scene.to(1);
    const length = get('/2').length;
    expect(told.words).toEqual(['opened 1', 'started 2', `completed 2 ${length} 200`]);
  });

  test('is told of a head that was half here, with all of its bytes', async () => {
    const scene = sceneOf();
    await scene.send(get());
    await scene.send(get().slice(0, 9));
    const told = new Told();
    scene.parts.observe(told.observer);
    await scene.send(get().slice(9));
    expect(told.words).toEqual(['opened 1', 'started 2', `completed 2 ${get().length} 200`]);
  });

  test('is told of a fault in a head that was half here, with all of its bytes', async () => {
    const scene = sceneOf();
    await scene.send(get());
    await scene.send('GET /x HT');
    const told = new Told();
    scene.parts.observe(told.observer);
    await scene.send('TQ/1.1\r\n\r\n');
    const [opened, fault, refused] = told.words;
    expect([opened, fault?.startsWith('fault SLUICE_')]).toEqual(['opened 1', true]);
    expect(refused).toBe(`refused 2 ${'GET /x HTTQ/1.1\r\n\r\n'.length} 400`);
  });

  test('is told of a fault in content, but of no request that had begun', async () => {
    const scene = sceneOf(async (request) => reply(await request.text()));
    await scene.send(postChunked('3\r\nabc\r\n'));
    const told = new Told();
    scene.parts.observe(told.observer);
    await scene.send('xyz\r\n');
    await scene.to(1);
    expect(scene.statuses).toEqual([400]);
    expect(told.words).toEqual(['opened 1', 'fault SLUICE_FAULT_CHUNK_SIZE_INVALID']);
  });

  test('is told of a pipelined request that was here, and whose turn had not come', async () => {
    const opened = gate();
    const scene = sceneOf(async () => {
      await opened.promise;
      return reply('x');
    });
    await scene.send(get('/1') + post('abc'));
    const told = new Told();
    scene.parts.observe(told.observer);
    opened.open();
    await scene.to(1);
    expect(told.words.slice(1)).toEqual(['started 2', `completed 2 ${post('abc').length} 200`]);
  });

  test('is told of a limit that changes', async () => {
    const scene = sceneOf();
    const told = new Told();
    scene.parts.observe(told.observer);
    scene.parts.limiter.setLimit(7);
    expect(told.words).toContain('limit 1024 7');
  });

  test('is told nothing more after it has left, whenever that is', async () => {
    const scene = sceneOf();
    const told = new Told();
    const leave = scene.parts.observe(told.observer);
    const opened = gate();
    await scene.send(get());
    leave();
    leave();
    const { length } = told.words;
    await scene.send(get());
    scene.connect();
    scene.connection.onReset(30, undefined);
    opened.open();
    expect([told.words.length, scene.parts.observer === undefined]).toEqual([
      length,
      observer === undefined,
    ]);
  });

  test('may leave from its own call, and join again', async () => {
    const scene = sceneOf();
    const told = new Told();
    const leave = scene.parts.observe({
      requestStarted() {
        leave();
        scene.parts.observe(told.observer);
      },
      requestCompleted: () => told.words.push('never'),
    });
    await scene.send(get());
    expect(told.words).toEqual(['opened 1']);
    await scene.send(get());
    expect(told.words.slice(1)).toEqual(['started 2', `completed 2 ${get().length} 200`]);
  });

  test('hurts nobody by what it throws', async () => {
    const scene = sceneOf();
    const boom = (): never => {
      throw new Error('x');
    };
    scene.parts.observe({
      connectionOpened: boom,
      connectionClosed: boom,
      transition: boom,
      requestStarted: boom,
      requestCompleted: async () => boom(),
      fault: boom,
    });
    await scene.send(`${get()}${get()}\0`);
    expect(scene.statuses).toEqual([200, 200, 400]);
    await scene.to(1);
    expect(scene.errors.length).toBeGreaterThan(10);
    expect(new Set(scene.errors.map(String))).toEqual(new Set(['Error: x']));
  });
});

test('a connection that is about to close is told as closed to who joins meanwhile', async () => {
  const scene: ConnectionScene = new ConnectionScene(() => reply('x'), {
    observer: {
      requestCompleted: () => void scene.parts.observe(told.observer),
      connectionClosed: () => void scene.parts.observe(later.observer),
    },
  });
  const told = new Told();
  const later = new Told();
  scene.line.unflushedBytes = 1e6;
  await scene.send(get());
  scene.connection.onReset(0, undefined);
  expect([told.words, later.words]).toEqual([['opened 1', 'closed 1 0'], []]);
});

test('one that is made to leave by another is not told what that one was told', async () => {
  const scene = new ConnectionScene(undefined, { observer: { requestStarted: () => leave() } });
  const told = new Told();
  const leave = scene.parts.observe(told.observer);
  await scene.send(get());
  expect(told.words).toEqual(['opened 1']);
});
