// The figures of a limiter, and what a ticket is without a word of its owner.

import { expect, test } from 'vitest';
import { Ticket } from '../../../src/limiter/ticket.js';
import { SimulatedLimiter } from './simulated-limiter.js';

test('who waits is counted by class', () => {
  const world = new SimulatedLimiter({ concurrency: 1 });
  world.offer('runs');
  for (const priority of ['critical', 'default', 'default', 'sheddable'] as const)
    world.offer('waits', { priority });
  for (let i = 0; i < 2; i++) world.offer('waits', { priority: 'sheddable' });
  const { queued, queuedBy } = world.limiter.stats();
  expect([queued, queuedBy]).toEqual([6, { critical: 1, default: 2, sheddable: 3 }]);
});

test('a ticket is of no kind, unless its owner tells one', () => {
  class Bare extends Ticket {
    override onAdmitted(): void {}
    override onRefused(): void {}
    override isGone(): boolean {
      return false;
    }
    override onGone(): void {}
  }
  expect(new Bare().kindHash()).toBe(0);
});
