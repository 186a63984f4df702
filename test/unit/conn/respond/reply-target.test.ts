import { expect, test } from 'vitest';
import { targetOf } from '../../../../src/conn/respond/reply-target.js';
import type { Head } from '../../../../src/fsm/parse/head.js';

test('a request that never began is answered as HTTP/1.1, and as HEAD where it was one', () => {
  expect(
    [undefined, { isHead: false }, { isHead: true }].map((head) => targetOf(head as Head)),
  ).toEqual(
    [false, false, true].map((isHead) => ({
      isHead,
      versionMinor: 1,
      keepAliveAsked: false,
    })),
  );
});
