// What the server knows of a connection's memory.

import { expect, test } from 'vitest';
import { HeldMemory } from '../../../../src/conn/memory/held-memory.js';
import { MemoryRelief } from '../../../../src/conn/memory/memory-relief.js';
import type { MemoryHolder } from '../../../../src/conn/server-ports.js';

class Scene {
  turns = 0;
  readonly looked: number[] = [];
  readonly holder: MemoryHolder = {
    bufferedBytes: 1,
    starvedSince: 0,
    countHeld: () => {},
    lookAgain: (now) => this.looked.push(now),
    giveUpStarved: () => {},
    ending: { cut: () => {} },
  };
  readonly relief = new MemoryRelief(1000, {
    roster: { connections: new Set(), requestsFinished: 0 },
    armTurn: () => this.turns++,
    memoryIsShort: () => {},
    expireIdle: () => {},
  });
  readonly memory = new HeldMemory(this.holder, this.relief);
}

test('the ledger has what was counted last', () => {
  const { memory, relief } = new Scene();
  memory.count(10);
  memory.count(7);
  expect(relief.ledger.bytes).toBe(7);
  memory.count(0);
  expect(relief.ledger.bytes).toBe(0);
});

test('starvation is told when it begins and when it ends', () => {
  const scene = new Scene();
  const { memory, relief } = scene;
  memory.follow(false, 3);
  expect([scene.turns, memory.starvedSince]).toEqual([0, 0]);
  memory.follow(true, 5);
  memory.follow(true, 6);
  expect([scene.turns, memory.starvedSince]).toEqual([1, 5]);
  relief.relieve(7);
  expect(scene.looked).toEqual([7]);
  memory.follow(false, 8);
  relief.relieve(9);
  expect(scene.looked).toEqual([7]);
});

test('a connection that is over waits for no memory', () => {
  const scene = new Scene();
  scene.memory.follow(true, 5);
  scene.memory.stop();
  scene.relief.relieve(9);
  expect(scene.looked).toEqual([]);
});
