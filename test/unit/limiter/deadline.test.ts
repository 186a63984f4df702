import { expect, test } from 'vitest';
import { makesDeadline } from '../../../src/limiter/laws/deadline.js';
import type { Ticket } from '../../../src/limiter/ticket.js';
import { SimulatedLimiter } from './simulated-limiter.js';

const at = (deadline: number): Ticket => new SimulatedLimiter().ticket('any', { deadline });

test('one makes its deadline that starts before it, and ends at it or before', () => {
  expect(makesDeadline(at(100), 90, 10)).toBe(true);
  expect(makesDeadline(at(100), 90, 11)).toBe(false);
  expect(makesDeadline(at(100), 100, 0)).toBe(false);
  expect(makesDeadline(at(100), 99, 0)).toBe(true);
});

test('one without a deadline makes it, whenever it may start', () => {
  const ticket = new SimulatedLimiter().ticket('any');
  expect(makesDeadline(ticket, Number.POSITIVE_INFINITY, 0)).toBe(true);
  expect(makesDeadline(at(100), Number.POSITIVE_INFINITY, 0)).toBe(false);
});
