// What becomes of whatever a handler gives or throws.

import { expect, test } from 'vitest';
import {
  DRAINING,
  INTERNAL_ERROR,
  MALFORMED,
  PEER_ENDED,
  TIMED_OUT,
} from '../../../../src/conn/fault/responses.js';
import { type AbortReason, RequestAborted } from '../../../../src/conn/handler/abort.js';
import {
  type HandledRequest,
  replyInPlace,
  runHandler,
} from '../../../../src/conn/handler/handler-run.js';
import { type Reply, reply } from '../../../../src/http/reply/reply.js';
import { BodyError } from '../../../../src/http/request/body-error.js';
import { asMalformed } from '../../../../src/http/request/malformed.js';
import { UpgradeError } from '../../../../src/http/tunnel/upgrade-error.js';
import { settle } from '../../../support/loop-turns.js';

class Handled implements HandledRequest {
  readonly head = { isHead: false };
  readonly parts = {
    errorPages: { of: (own: Reply): Reply => own },
    reports: {
      onErrorFailed: (error: unknown): void => void this.failures.push(error),
      drop: (instead: unknown): void => void this.dropped.push(instead),
    },
  };
  abortReason: AbortReason | undefined = undefined;
  readonly told: unknown[] = [];
  readonly failures: unknown[] = [];
  readonly dropped: unknown[] = [];
  readonly ends: [Reply, string][] = [];
  /** What happened to a handler that has upgraded. */
  readonly upgraded: unknown[] = [];
  tunnel: { destroy(error: unknown): void } | undefined = undefined;
  readonly callHandler: () => unknown;
  readonly #onError: () => unknown;

  constructor(handler: () => unknown, onError: () => unknown = () => undefined) {
    this.callHandler = handler;
    this.#onError = onError;
  }

  askOnError(error: unknown): unknown {
    this.told.push(error);
    return this.#onError();
  }

  report(error: unknown): void {
    this.upgraded.push(['report', error]);
  }

  handlerLeaves(): void {
    this.upgraded.push('leaves');
  }

  handlerEnds(given: Reply, outcome: string): void {
    this.ends.push([given, outcome]);
  }
}

async function run(handled: Handled): Promise<Handled> {
  runHandler(handled);
  await settle();
  return handled;
}

const throws = (error: unknown): (() => never) => {
  return () => {
    throw error;
  };
};

test('a reply is the answer, at once; a promise of one, later', async () => {
  const given = reply('x');
  const inline = new Handled(() => given);
  runHandler(inline);
  expect(inline.ends).toEqual([[given, 'finished']]);
  const later = new Handled(async () => given);
  runHandler(later);
  expect(later.ends).toEqual([]);
  expect((await run(new Handled(async () => given))).ends).toEqual([[given, 'finished']]);
});

test('a standard Response is read ahead', async () => {
  const { ends } = await run(new Handled(() => new Response('hello')));
  expect(ends.map(([{ status }, outcome]) => [status, outcome])).toEqual([[200, 'finished']]);
});

test('content that is cut off before it was read ahead is an error, and answered with 500', async () => {
  const error = new Error('x');
  const response = new Response(new ReadableStream({ pull: (stream) => stream.error(error) }));
  const handled = await run(new Handled(() => response));
  expect([handled.told, handled.ends]).toEqual([[error], [[INTERNAL_ERROR, 'failed']]]);
});

test.each([
  ['the answer to HEAD', true, 200, true],
  ['an answer without content', false, 304, true],
  ['an answer with content', false, 200, false],
])('%s is not read ahead', async (_what, isHead, status, isAtOnce) => {
  const given = (): Response =>
    Object.defineProperty(new Response('hello'), 'status', { value: status });
  const handled = new Handled(given);
  handled.head.isHead = isHead;
  runHandler(handled);
  expect(handled.ends).toHaveLength(isAtOnce ? 1 : 0);
  const instead = new Handled(throws(new Error('x')), given);
  instead.head.isHead = isHead;
  runHandler(instead);
  expect(instead.ends).toHaveLength(isAtOnce ? 1 : 0);
});

test.each([
  ['thrown', (error: unknown) => throws(error)],
  ['rejected', (error: unknown) => async (): Promise<never> => throws(error)()],
])('an error that is %s is told, and answered with 500', async (_way, handler) => {
  const error = new Error('x');
  const handled = await run(new Handled(handler(error)));
  expect(handled.told).toEqual([error]);
  expect(handled.ends).toEqual([[INTERNAL_ERROR, 'failed']]);
});

test('what onError gives takes its place, now or later', async () => {
  const instead = reply('sorry', { status: 502 });
  for (const onError of [() => instead, async () => instead])
    expect((await run(new Handled(throws(1), onError))).ends).toEqual([[instead, 'failed']]);
});

test('a Response that onError gives is read ahead, and is a 500 where that fails', async () => {
  const { ends } = await run(new Handled(throws(1), () => new Response('sorry', { status: 502 })));
  const [given, outcome] = ends[0] as [Reply, string];
  expect([given.status, given.whole, outcome]).toEqual([502, 'sorry', 'failed']);
  const failure = new Error('y');
  const stream = (): Response =>
    new Response(new ReadableStream({ pull: (pulled) => pulled.error(failure) }));
  const failing = await run(new Handled(throws(1), stream));
  expect([failing.ends, failing.failures]).toEqual([[[INTERNAL_ERROR, 'failed']], [failure]]);
});

test('the error of a drain, and of malformed content, is answered by what it says', async () => {
  const drained = await run(new Handled(throws(new RequestAborted('drain'))));
  const malformed = await run(new Handled(throws(asMalformed(new SyntaxError('x')))));
  expect([drained.ends, drained.told]).toEqual([[[DRAINING, 'failed']], []]);
  expect([malformed.ends, malformed.told]).toEqual([[[MALFORMED, 'failed']], []]);
});

test.each<[AbortReason, Reply]>([
  ['peerEnded', PEER_ENDED],
  ['peerReset', PEER_ENDED],
  ['deadline', TIMED_OUT],
])(
  'what its signal told of %s is no error of a handler, and none of its stream',
  async (reason, own) => {
    const error = new RequestAborted(reason);
    const handled = new Handled(throws(error));
    handled.abortReason = reason;
    await run(handled);
    expect([handled.ends, handled.told]).toEqual([[[own, 'failed']], []]);
    expect([replyInPlace(handled, error), handled.told]).toEqual([own, []]);
  },
);

test('what the signal of another request told is an error', async () => {
  const error = new RequestAborted('peerReset');
  for (const abortReason of [undefined, 'deadline'] as const) {
    const handled = new Handled(throws(error));
    handled.abortReason = abortReason;
    await run(handled);
    expect([handled.ends, handled.told]).toEqual([[[INTERNAL_ERROR, 'failed']], [error]]);
    expect(replyInPlace(handled, error)).toBe(INTERNAL_ERROR);
  }
});

test.each([undefined, null])('onError may give %o, which is no failure of it', async (nothing) => {
  const handled = await run(new Handled(throws(1), () => nothing));
  expect([handled.ends, handled.failures]).toEqual([[[INTERNAL_ERROR, 'failed']], []]);
});

test('where onError gives nonsense, or rejects, it is a 500', async () => {
  const nonsense = await run(new Handled(throws(1), () => 7));
  expect(nonsense.ends).toEqual([[INTERNAL_ERROR, 'failed']]);
  expect(nonsense.failures).toHaveLength(1);
  const rejects = await run(new Handled(throws(1), () => Promise.reject(new Error('y'))));
  expect(rejects.ends).toEqual([[INTERNAL_ERROR, 'failed']]);
});

test('a reply that is thrown is the answer', async () => {
  const given = reply('x', { status: 403 });
  const handled = await run(new Handled(throws(given)));
  expect([handled.ends, handled.told]).toEqual([[[given, 'finished']], []]);
});

test('nonsense is an error', async () => {
  const handled = await run(new Handled(() => 'text'));
  expect(handled.told).toHaveLength(1);
  expect(handled.ends).toEqual([[INTERNAL_ERROR, 'failed']]);
});

test('a fault of the content is the peer’s to hear', async () => {
  for (const [status, retryAfter] of [
    [413, false],
    [503, true],
  ] as const) {
    const { ends, told } = await run(new Handled(throws(new BodyError('C', status, 'bad'))));
    const [given, outcome] = ends[0] as [Reply, string];
    expect([given.status, given.whole, outcome, told]).toEqual([status, 'bad\n', 'failed', []]);
    expect(/retry-after: 1\b/i.test(given.fields)).toBe(retryAfter);
  }
});

test('a fault of the content that the handler has spoiled is its error', async () => {
  const spoiled = Object.assign(new BodyError('C', 400, 'bad'), { status: 7 });
  const handled = await run(new Handled(throws(spoiled)));
  expect([handled.told, handled.ends]).toEqual([[spoiled], [[INTERNAL_ERROR, 'failed']]]);
});

test('a stream that failed is told, and replaced by what is whole', () => {
  const instead = reply('sorry');
  expect(
    replyInPlace(
      new Handled(
        () => 0,
        () => instead,
      ),
      new Error('x'),
    ),
  ).toBe(instead);
  const streamed = reply(['a', 'b'] as unknown as string);
  const handled = new Handled(
    () => 0,
    () => streamed,
  );
  expect(replyInPlace(handled, new Error('x'))).toBe(INTERNAL_ERROR);
  expect(handled.dropped).toEqual([streamed]);
  const promised = new Handled(
    () => 0,
    () => Promise.resolve(instead),
  );
  expect(replyInPlace(promised, new Error('x'))).toBe(INTERNAL_ERROR);
  expect(promised.dropped).toHaveLength(1);
  const peers = new Handled(() => 0);
  expect(replyInPlace(peers, new BodyError('C', 400, 'bad')).status).toBe(400);
  expect(peers.told).toEqual([]);
});

test('the reply for malformed content is a 400', () => {
  expect([MALFORMED.status, MALFORMED.whole]).toEqual([400, 'The content is malformed.\n']);
});

/** One that has upgraded, and then does `then`. */
async function upgraded(then: () => unknown): Promise<Handled> {
  const handled: Handled = new Handled(() => {
    handled.tunnel = { destroy: (error) => handled.upgraded.push(['destroy', error]) };
    return then();
  });
  return run(handled);
}

test.each([
  ['nothing', () => undefined],
  ['a promise of nothing', async () => undefined],
])('a handler that has upgraded may give %s', async (_what, then) => {
  const handled = await upgraded(then);
  expect(handled.upgraded).toEqual(['leaves']);
  expect([handled.ends, handled.told]).toEqual([[], []]);
});

test.each([
  [
    'throws',
    (error: Error) => {
      throw error;
    },
  ],
  [
    'rejects',
    async (error: Error) => {
      throw error;
    },
  ],
])('a handler that has upgraded and %s is told of, and its tunnel is cut', async (_how, then) => {
  const error = new Error('late');
  const handled = await upgraded(() => then(error));
  expect(handled.upgraded).toEqual([['report', error], 'leaves', ['destroy', error]]);
  expect([handled.ends, handled.told]).toEqual([[], []]);
});

test('how its tunnel was cut off is no error of the handler that lets it through', async () => {
  const error = new RequestAborted('peerReset');
  const handled = await upgraded(() => {
    throw error;
  });
  expect(handled.upgraded).toEqual(['leaves', ['destroy', error]]);
});

test('a handler that gives nothing without an upgrade has made a mistake', async () => {
  const handled = await run(new Handled(() => undefined));
  expect(handled.told).toMatchObject([{ code: 'SLUICE_REPLY_NONE' }]);
  expect(handled.ends).toEqual([[INTERNAL_ERROR, 'failed']]);
});

test.each([
  [400, undefined, null],
  [426, 'echo', 'echo'],
])(
  'an upgrade that was not asked for is answered with %i where nobody catches it',
  async (status, protocol, field) => {
    const handled = await run(
      new Handled(() => {
        throw new UpgradeError('SLUICE_UPGRADE_NOT_ASKED', status, 'not asked', protocol);
      }),
    );
    const [[given] = []] = handled.ends;
    expect([given?.status, given?.headers.get('upgrade')]).toEqual([status, field]);
    expect(given?.whole).toBe('not asked\n');
    expect(handled.told).toEqual([]);
  },
);

test('a reply after an upgrade is handed on, for its handler to be told', async () => {
  const given = reply('x');
  const handled = await upgraded(() => given);
  expect([handled.ends, handled.upgraded]).toEqual([[[given, 'finished']], []]);
});

test('an upgrade that the handler got wrong is its error', async () => {
  const error = new UpgradeError('SLUICE_UPGRADE_TOO_LATE', 500, 'too late');
  const handled = await run(
    new Handled(() => {
      throw error;
    }),
  );
  expect(handled.told).toEqual([error]);
});
