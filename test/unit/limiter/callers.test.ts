// Whether those who call wait for their answers, told by what is known of their connections.

import { expect, test } from 'vitest';
import { Callers } from '../../../src/limiter/laws/callers.js';

class Scene {
  asking = 0;
  outstanding = 0;
  now = 0;
  readonly callers: Callers = new Callers({
    asking: () => this.asking,
    outstanding: () => this.outstanding,
  });

  /** For so long as many ask, and have a request here. */
  run(ms: number, asking: number, outstanding: number): boolean {
    this.asking = asking;
    this.outstanding = outstanding;
    for (const end = this.now + ms; this.now < end; this.now += 20) this.callers.look(this.now);
    return this.callers.isClosed;
  }
}

test('nobody knows: no closed loop', () => {
  const callers = new Callers(undefined);
  callers.look(1);
  expect(callers.isClosed).toBe(false);
});

test('all of them wait, and they grow no more: a closed loop', () => {
  const scene = new Scene();
  expect(scene.run(100, 300, 300)).toBe(false);
  expect(scene.run(200, 300, 300)).toBe(true);
});

test('they grow: none', () => {
  const scene = new Scene();
  for (let asking = 100; asking < 1000; asking *= 1.1) {
    expect(scene.run(100, Math.round(asking), Math.round(asking))).toBe(false);
  }
});

test('one in seven has no request here: none', () => {
  expect(new Scene().run(1000, 1000, 850)).toBe(false);
});

test('who was away for a moment has neither left nor come', () => {
  const scene = new Scene();
  scene.run(1000, 300, 300);
  // Their process did not run: few have asked again.
  expect(scene.run(300, 260, 150)).toBe(true);
  expect(scene.run(20, 300, 300)).toBe(true);
});

test('an open loop after a closed one is seen within seconds', () => {
  const scene = new Scene();
  scene.run(1000, 300, 300);
  expect(scene.run(1000, 1000, 850)).toBe(false);
  scene.run(1000, 300, 300);
  expect(scene.run(1000, 300, 200)).toBe(false);
});

test('nobody asks: no closed loop', () => {
  expect(new Scene().run(1000, 0, 0)).toBe(false);
});

test.each([
  [880, true],
  [879, false],
])('of 1000, %i and 20 more have a request here: %s', (outstanding, isClosed) => {
  expect(new Scene().run(1000, 1000, outstanding)).toBe(isClosed);
});

test.each([
  [107, true],
  [108, false],
])('from 100 to %i within a moment is no growth: %s', (asking, isClosed) => {
  const scene = new Scene();
  scene.run(1000, 100, 100);
  expect(scene.run(20, asking, asking)).toBe(isClosed);
});

test('who was away for seconds has left, and grows their number by coming back', () => {
  const scene = new Scene();
  scene.run(1000, 300, 300);
  expect(scene.run(3000, 200, 200)).toBe(true);
  expect(scene.run(20, 300, 300)).toBe(false);
});

test('tells how many asked at the last look', () => {
  const scene = new Scene();
  scene.run(100, 300, 300);
  scene.run(20, 7, 7);
  expect(scene.callers.asking).toBe(7);
});

test('who have all left are a closed loop no more', () => {
  const scene = new Scene();
  scene.run(1000, 300, 300);
  expect(scene.run(20, 0, 0)).toBe(false);
});

test('that nobody asked for a while tells nothing of those who ask next', () => {
  const scene = new Scene();
  scene.run(1000, 0, 0);
  expect(scene.run(200, 1000, 0)).toBe(false);
});
