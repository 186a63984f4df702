// The responses that sluice gives by itself.

import { expect, test } from 'vitest';
import {
  DRAINING,
  faultReply,
  INTERNAL_ERROR,
  MALFORMED,
  refusalReply,
  TIMED_OUT,
} from '../../../../src/conn/fault/responses.js';
import { Fault, faultRow } from '../../../../src/fsm/faults.js';

test('a fault is answered with its status and sentence; the reply is made once', () => {
  const { status, section, text } = faultRow(Fault.bodyTooLarge);
  const given = faultReply(Fault.bodyTooLarge);
  const content = Buffer.from(String(given.whole), 'latin1').toString();
  expect([given.status, content]).toEqual([status, `${text} (${section})\n`]);
  expect(faultReply(Fault.bodyTooLarge)).toBe(given);
  expect(faultReply(Fault.headTimeout)).not.toBe(given);
});

test.each([
  [0, 1],
  [1400, 1],
  [1600, 2],
  [3000, 3],
])('a refusal of %i ms says %i s', (ms, seconds) => {
  const given = refusalReply(ms);
  expect(given.status).toBe(503);
  expect(given.whole).toBe('The server is busy. Try again later.\n');
  expect(given.fields).toMatch(new RegExp(`retry-after: ${seconds}\\b`, 'i'));
  expect(refusalReply(ms)).toBe(given);
});

test('a time-out is a 503, an error a 500', () => {
  expect([TIMED_OUT.status, TIMED_OUT.whole]).toEqual([503, 'The handler took too long.\n']);
  expect([INTERNAL_ERROR.status, INTERNAL_ERROR.whole]).toEqual([500, 'Internal Server Error\n']);
});

test('a drain is a 503 that says when to return, malformed content a 400', () => {
  expect([DRAINING.status, DRAINING.whole]).toEqual([503, 'The server is closing.\n']);
  expect(DRAINING.fields).toMatch(/retry-after: 1\b/i);
  expect([MALFORMED.status, MALFORMED.whole]).toEqual([400, 'The content is malformed.\n']);
});
