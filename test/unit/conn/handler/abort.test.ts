// Why a request was given up, as a word and as an error.

import { expect, test } from 'vitest';
import { ABORT_REASONS, isDrain, RequestAborted } from '../../../../src/conn/handler/abort.js';

test('the words are a contract, in their order', () => {
  expect(ABORT_REASONS).toEqual([
    'peerEnded',
    'peerReset',
    'deadline',
    'drain',
    'writeStalled',
    'memory',
    'replyFailed',
    'closed',
  ]);
});

test.each([
  ['peerEnded', 'the client ended the connection'],
  ['peerReset', 'the connection was reset'],
  ['deadline', 'the deadline passed'],
  ['drain', 'the server is closing'],
  ['writeStalled', 'the client stopped reading'],
  ['memory', 'the server ran short of memory for its connections'],
  ['replyFailed', 'the reply could not be finished'],
  ['closed', 'the connection was closed'],
] as const)('the error of %s says the word and a sentence', (reason, text) => {
  const error = new RequestAborted(reason);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: 'AbortError',
    code: 'SLUICE_REQUEST_ABORTED',
    reason,
    message: `${reason}: ${text}`,
  });
});

test('only the error of a drain is a drain', () => {
  const drains = ABORT_REASONS.filter((reason) => isDrain(new RequestAborted(reason)));
  expect(drains).toEqual(['drain']);
});

test.each([
  ['undefined', undefined],
  ['null', null],
  ['a text', 'drain'],
  ['an object that looks like one', { name: 'AbortError', reason: 'drain' }],
  ['another error', Object.assign(new Error('x'), { reason: 'drain' })],
])('%s is no drain', (_name, error) => {
  expect(isDrain(error)).toBe(false);
});
