// Why a request was given up, as a word and as an error.

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ABORT_REASONS, RequestAborted, toldBySignal } from '../../../../src/conn/handler/abort.js';

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

test.each(ABORT_REASONS)(
  '%s is told by the error itself, and by what Node makes of it',
  async (reason) => {
    const error = new RequestAborted(reason);
    const signal = AbortSignal.abort(error);
    const ofNode = await sleep(1, undefined, { signal }).catch((thrown: unknown) => thrown);
    expect(ofNode).not.toBe(error);
    expect([toldBySignal(error), toldBySignal(ofNode)]).toEqual([reason, reason]);
  },
);

test.each([
  ['undefined', undefined],
  ['null', null],
  ['a text', 'drain'],
  ['an object that looks like one', { name: 'AbortError', reason: 'drain' }],
  ['another error', Object.assign(new Error('x'), { reason: 'drain' })],
  ['another AbortError', new DOMException('x', 'AbortError')],
  ['an error with such a cause', new Error('x', { cause: new RequestAborted('drain') })],
  [
    'an error that can`t be looked at',
    Object.defineProperty(new Error('x'), 'name', {
      get() {
        throw new Error('y');
      },
    }),
  ],
])('%s tells nothing of a signal', (_name, error) => {
  expect(toldBySignal(error)).toBe(undefined);
});
