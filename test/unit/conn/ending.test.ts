// How a connection ends: by a drain, by the end of the grace, for another's sake.

import { expect, test } from 'vitest';
import type { TransportSink } from '../../../src/conn/transport.js';
import { reply } from '../../../src/index.js';
import { createServerIn, type Server } from '../../../src/server.js';
import { VirtualClock } from '../../../src/testing/network/virtual-clock.js';
import { VirtualEnvironment } from '../../../src/testing/network/virtual-environment.js';
import { SceneLine } from '../../support/connection-scene.js';
import { get } from '../../support/test-server.js';

class Scene {
  readonly clock = new VirtualClock();
  readonly reasons: string[] = [];
  readonly server: Server = createServerIn(new VirtualEnvironment(this.clock), {
    fetch: (request, { target }) => {
      if (target !== '/slow') return reply('x');
      return new Promise(() => {
        request.signal.addEventListener('abort', () =>
          this.reasons.push(request.signal.reason.reason),
        );
      });
    },
  });
  readonly line = new SceneLine();
  readonly sink: TransportSink = this.server.accept(this.line, 0);

  ask(target = '/'): void {
    this.sink.onBytes(Buffer.from(get(target)), this.clock.now);
  }

  async to(ms: number): Promise<string[]> {
    await this.clock.runAsync({ until: ms });
    return this.line.calls;
  }
}

test('one that was just answered may carry one more request, which is the last', async () => {
  const scene = new Scene();
  scene.ask();
  await scene.to(10);
  void scene.server.close();
  scene.ask();
  expect(scene.line.written.at(-1)).toMatch(/connection: close/i);
  expect(await scene.to(11)).toEqual(['end']);
});

test('one that was just answered ends when the server has been quiet for 50 ms', async () => {
  const scene = new Scene();
  scene.ask();
  await scene.to(10);
  void scene.server.close();
  expect(await scene.to(40)).toEqual([]);
  expect(await scene.to(70)).toEqual(['end']);
  expect(await scene.to(500)).toEqual(['end']);
  expect(await scene.to(700)).toEqual(['end', 'destroy']);
});

test('one that never had an answer is not waited for', async () => {
  const scene = new Scene();
  await scene.to(5000);
  void scene.server.close();
  expect(await scene.to(5001)).toEqual(['end', 'destroy']);
});

test('at the end of the grace the handler is told why, and the connection is reset', async () => {
  const scene = new Scene();
  scene.ask('/slow');
  const closed = scene.server.close({ graceMs: 100 });
  expect(await scene.to(90)).toEqual([]);
  expect(await scene.to(110)).toEqual(['reset']);
  expect(scene.reasons).toEqual(['drain']);
  expect(await closed).toEqual({ finished: 0, refused: 0, cutOff: 1 });
});

test('an idle connection makes room, one that is busy does not', async () => {
  const scene = new Scene();
  expect(scene.server.makeRoom(0)).toBe(false);
  expect(scene.server.makeRoom(1)).toBe(true);
  expect(scene.line.calls).toEqual(['end', 'destroy']);
  const busy = new SceneLine();
  scene.server.accept(busy, 0).onBytes(Buffer.from(get('/slow')), 0);
  expect(scene.server.makeRoom(100)).toBe(false);
  expect(busy.calls).toEqual([]);
});
