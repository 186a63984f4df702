// Whether a request can be upgraded now, and what its handler is told where it can't.

import { describe, expect, test } from 'vitest';
import { INTERNAL_ERROR } from '../../../../src/conn/fault/responses.js';
import { RequestAborted } from '../../../../src/conn/handler/abort.js';
import type { Lifecycle } from '../../../../src/conn/machine/lifecycle.js';
import { Reading, Writing } from '../../../../src/conn/machine/states.js';
import {
  checkUpgradable,
  repliedUpgraded,
  replyToConnect,
  type UpgradeCircumstances,
  upgrade,
} from '../../../../src/conn/tunnel/upgrade.js';
import type { Reply } from '../../../../src/http/reply/reply.js';
import { ReplyError } from '../../../../src/http/reply/reply-error.js';
import { UpgradeError } from '../../../../src/http/tunnel/upgrade-error.js';
import { reply } from '../../../../src/index.js';

function circumstances(
  changed: Partial<UpgradeCircumstances> = {},
  reading: number = Reading.done,
  writing: number = Writing.pending,
): UpgradeCircumstances {
  return {
    life: { reading, writing } as Lifecycle,
    isCurrent: true,
    isUpgraded: false,
    isAnswered: false,
    cutOff: undefined,
    isDraining: false,
    ...changed,
  };
}

function thrownBy(what: () => void): Error & { code?: string; status?: number } {
  try {
    what();
  } catch (error) {
    return error as Error;
  }
  return expect.unreachable('nothing was thrown');
}

describe('a request', () => {
  test('that waits for its answer, and has all of its content, can be upgraded', () => {
    expect(() => checkUpgradable(circumstances())).not.toThrow();
    expect(() => checkUpgradable(circumstances({}, Reading.idle))).not.toThrow();
  });

  test.each([
    ['was upgraded', circumstances({ isUpgraded: true }), 'SLUICE_UPGRADE_REPEATED', 500],
    ['was cut off', circumstances({ cutOff: 'peerReset' }), 'SLUICE_UPGRADE_ABORTED', 400],
    ['was answered', circumstances({ isAnswered: true }), 'SLUICE_UPGRADE_TOO_LATE', 500],
    ['is over', circumstances({ isCurrent: false }), 'SLUICE_UPGRADE_TOO_LATE', 500],
    [
      'has its response under way',
      circumstances({}, Reading.done, Writing.streaming),
      'SLUICE_UPGRADE_TOO_LATE',
      500,
    ],
    ['has unread content', circumstances({}, Reading.body), 'SLUICE_UPGRADE_CONTENT_UNREAD', 400],
  ])('that %s can not be', (_what, given, code, status) => {
    const error = thrownBy(() => checkUpgradable(given));
    expect(error).toBeInstanceOf(UpgradeError);
    expect([error.code, error.status]).toEqual([code, status]);
    expect(error.message).toMatch(/^context\.upgrade\(\)/);
  });

  test('of a server that drains is told of the drain', () => {
    const error = thrownBy(() => checkUpgradable(circumstances({ isDraining: true })));
    expect(error).toBeInstanceOf(RequestAborted);
    expect((error as RequestAborted).reason).toBe('drain');
  });

  test('whose content came wrong is told of that', () => {
    const error = thrownBy(() => checkUpgradable(circumstances({}, Reading.discard)));
    expect(error.status).toBe(400);
    expect(error).not.toBeInstanceOf(UpgradeError);
  });

  test('that was upgraded and cut off is told of its own mistake first', () => {
    const both = circumstances({ isUpgraded: true, cutOff: 'closed', isDraining: true });
    expect(thrownBy(() => checkUpgradable(both)).code).toBe('SLUICE_UPGRADE_REPEATED');
  });
});

test('an upgrade that fails rejects, and may be dropped', async () => {
  const requestHead = { method: 'GET', target: '/', get: () => null };
  const request = {
    head: { upgrade: false },
    requestHead,
    openTunnel: () => expect.unreachable(),
  };
  // The boundary: of a request, an upgrade that is not asked for looks at no more.
  const given = request as unknown as Parameters<typeof upgrade>[0];
  upgrade(given, undefined, '');
  await expect(upgrade(given, undefined, '')).rejects.toBeInstanceOf(UpgradeError);
});

describe('a reply to CONNECT', () => {
  const reports: unknown[] = [];
  const own = reply('page');
  const pages: Reply[] = [];
  const request = {
    parts: {
      errorPages: {
        of(page: Reply): Reply {
          pages.push(page);
          return own;
        },
      },
    },
    report: (error: unknown) => void reports.push(error),
  };

  test('that refuses is sent', () => {
    for (const status of [300, 403, 501]) {
      const given = reply('no', { status });
      expect(replyToConnect(request, given)).toBe(given);
    }
    expect(reports).toEqual([]);
  });

  test.each([200, 204, 299])('with %i is the application’s mistake', (status) => {
    reports.length = 0;
    pages.length = 0;
    expect(replyToConnect(request, reply(undefined, { status }))).toBe(own);
    expect(pages).toEqual([INTERNAL_ERROR]);
    expect(reports).toEqual([expect.any(ReplyError)]);
    expect((reports[0] as ReplyError).code).toBe('SLUICE_REPLY_STATUS_INVALID');
    expect(String(reports[0])).toContain(`${status} to CONNECT`);
  });

  test('that is a stream is given up, and what that throws is told', async () => {
    reports.length = 0;
    const failure = new Error('cancel');
    const stream = new ReadableStream({
      cancel() {
        throw failure;
      },
    });
    replyToConnect(request, reply(stream));
    await new Promise(setImmediate);
    expect(reports).toEqual([expect.any(ReplyError), failure]);
  });
});

test('a reply of a handler that has upgraded is its own mistake', () => {
  const error = repliedUpgraded();
  expect([error.code, error.status]).toEqual(['SLUICE_UPGRADE_REPLIED', 500]);
});
