// The responder writes replies, pumps those that are streamed, and knows when a response has left.

import { describe, expect, test } from 'vitest';
import { INTERNAL_ERROR } from '../../../../src/conn/fault/responses.js';
import { EventIds } from '../../../../src/fsm/machine/machine.js';
import { reply } from '../../../../src/http/reply/reply.js';
import { settle } from '../../../support/loop-turns.js';
import { ReplyScene } from '../../../support/responder-scene.js';

const KIB = 1024;
const DATE = 'Date: now\r\n';
const PLAIN = 'Content-Type: text/plain;charset=UTF-8\r\n';

/** Too long to be kept as text. */
const LONG = Buffer.alloc(9000, 'y');

describe('a whole reply', () => {
  test('is written with its head, and fires replyWhole', () => {
    const scene = new ReplyScene();
    scene.reply(reply('abc'));
    expect(scene.text).toBe(`HTTP/1.1 200 OK\r\n${PLAIN}Content-Length: 3\r\n${DATE}\r\nabc`);
    expect([scene.fired, scene.responder.status]).toEqual([['replyWhole'], 200]);
  });

  test('of bytes is written with its head', () => {
    const scene = new ReplyScene();
    scene.reply(reply(LONG, { status: 201 }));
    const head = `HTTP/1.1 201 Created\r\nContent-Length: 9000\r\n${DATE}\r\n`;
    expect(scene.text).toBe(head + 'y'.repeat(9000));
    expect([scene.fired, scene.responder.status]).toEqual([['replyWhole'], 201]);
  });

  test.each(['y'.repeat(9000), LONG])('to HEAD has no content: %#', (content) => {
    const scene = new ReplyScene();
    scene.target.isHead = true;
    scene.reply(reply(content));
    expect(scene.text).toMatch(/Content-Length: 9000\r\n.*\r\n\r\n$/s);
    expect(scene.parts.shared).toEqual([]);
  });

  test('that can’t be sent is told, and becomes a 500', () => {
    const scene = new ReplyScene();
    scene.reply(reply(null, { headers: { 'Content-Length': 5 } }));
    expect(scene.answered.reports).toHaveLength(1);
    expect([scene.responder.status, scene.fired]).toEqual([500, ['replyWhole']]);
    expect(scene.text).toContain(INTERNAL_ERROR.whole);
  });

  test('of sluice’s own fires nothing but what closes', () => {
    const scene = new ReplyScene();
    scene.responder.replyWhole(reply('x'), scene.target);
    scene.target.isHead = true;
    scene.responder.replyWhole(reply('y'), scene.target);
    expect(scene.fired).toEqual([]);
    expect(scene.text).toMatch(/\r\n\r\nxHTTP\/1\.1 200 OK.*\r\n\r\n$/s);
  });
});

describe('the Connection field', () => {
  const connection = (scene: ReplyScene): string | undefined =>
    /Connection: (.*)\r\n/.exec(scene.text)?.[1];

  test('is left out where nobody asked', () => {
    const scene = new ReplyScene();
    scene.reply(reply('x'));
    expect([connection(scene), scene.responder.toldKeepAlive]).toEqual([undefined, false]);
  });

  test.each([
    [5, true],
    [0, false],
  ])('says keep-alive where it was asked for, with %i seconds', (seconds, told) => {
    const scene = new ReplyScene();
    scene.parts.keepAliveSeconds = seconds;
    scene.target.keepAliveAsked = true;
    scene.reply(reply('x'));
    expect([connection(scene), scene.responder.toldKeepAlive]).toEqual(['keep-alive', told]);
    expect(scene.text.includes('Keep-Alive: timeout=5')).toBe(told);
  });

  test('says close where the reply closes', () => {
    const scene = new ReplyScene();
    scene.target.keepAliveAsked = true;
    scene.reply(reply('x', { headers: { Connection: 'close' } }));
    expect([scene.fired, connection(scene)]).toEqual([['closeAfter', 'replyWhole'], 'close']);
    expect(scene.responder.toldKeepAlive).toBe(false);
  });

  test('says close where too much is unread', () => {
    const scene = new ReplyScene();
    scene.tooMuchUnread = true;
    scene.reply(reply('x'));
    expect(scene.unreadAsked).toEqual([false]);
    expect(scene.fired[0]).toBe('closeAfter');
    expect(connection(scene)).toBe('close');
  });

  test('is decided by what is unread, and by whether the reply is streamed', () => {
    const scene = new ReplyScene();
    scene.reply(reply(['x']));
    expect([scene.unreadAsked, scene.fired[0]]).toEqual([[true], 'replyStream']);
  });

  test('says close where the end of the connection ends the content', () => {
    const scene = new ReplyScene();
    scene.target.versionMinor = 0;
    scene.reply(reply(['x']));
    expect([scene.fired[0], connection(scene)]).toEqual(['closeAfter', 'close']);
    expect(scene.text).toMatch(/\r\n\r\nx$/);
  });
});

describe('a streamed reply', () => {
  test('is pumped, with its head before the first chunk', () => {
    const scene = new ReplyScene();
    scene.reply(reply(['a', 'b']));
    expect(scene.fired).toEqual(['replyStream', 'streamEnd']);
    expect(scene.text).toMatch(
      /Transfer-Encoding: chunked\r\n.*\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n$/s,
    );
    expect(scene.parts.headDelay.first).toBeUndefined();
  });

  test('to HEAD is discarded, and what its clean-up throws is told', async () => {
    const scene = new ReplyScene();
    scene.target.isHead = true;
    const error = new Error('x');
    const body = {
      next: () => ({ done: true, value: undefined }),
      return() {
        throw error;
      },
      [Symbol.iterator]() {
        return this;
      },
    } as unknown as Iterable<string>;
    scene.reply(reply(body));
    await settle();
    expect(scene.fired).toEqual(['replyWhole']);
    expect(scene.answered.reports).toEqual([error]);
  });

  test('sends what was ready before it is asked', () => {
    const scene = new ReplyScene();
    scene.responder.output.text('before');
    const written: number[] = [];
    scene.reply(
      reply(
        (function* () {
          written.push(scene.line.written.length);
          yield 'a';
        })(),
      ),
    );
    expect([written, scene.line.written[0]]).toEqual([[1], 'before']);
  });

  test('whose source says nothing has its head sent when the delay is over', async () => {
    const scene = new ReplyScene();
    const source = scene.lateSource();
    scene.reply(reply(source.body));
    await settle();
    expect([scene.text, scene.parts.headDelay.first?.dueMs]).toEqual(['', 50]);
    expect(scene.parts.timersArmed).toBe(1);
    scene.parts.clocks.headDelay.first?.expire(scene.parts.headDelay, 50);
    expect(scene.text).toMatch(/^HTTP\/1\.1 200 OK/);
    const length = scene.text.length;
    source.give('a');
    await settle();
    expect(scene.text.slice(length)).toBe('1\r\na\r\n');
  });

  test('whose source is awaited moves nothing', () => {
    const scene = new ReplyScene();
    scene.reply(reply(scene.lateSource().body));
    expect(scene.responder.flush()).toBe(false);
  });

  test('whose source gives in time has its delay ended', async () => {
    const scene = new ReplyScene();
    const source = scene.lateSource();
    scene.reply(reply(source.body));
    source.give('a');
    await settle();
    expect(scene.text).toMatch(/^HTTP\/1\.1 200 OK.*1\r\na\r\n$/s);
    expect(scene.parts.headDelay.first).toBeUndefined();
  });

  test('that fails before its head was sent is replaced, and the connection goes on', async () => {
    const scene = new ReplyScene();
    const error = new Error('x');
    const source = scene.lateSource();
    scene.reply(reply(source.body));
    source.fail(error);
    await settle();
    expect(scene.answered.failures).toEqual([error]);
    expect(scene.fired).toEqual(['replyStream', 'streamEnd']);
    expect(scene.text).toMatch(/^HTTP\/1\.1 500 .*Internal Server Error\n$/s);
    expect(scene.parts.headDelay.first).toBeUndefined();
    expect(scene.cuts).toEqual([]);
  });

  test('that fails after its head was sent is cut', () => {
    const scene = new ReplyScene();
    scene.reply(reply(['ab', 'c'], { headers: { 'Content-Length': 2 } }));
    expect(scene.answered.failures).toHaveLength(1);
    expect([scene.cuts, scene.responder.status]).toEqual([['replyFailed'], 200]);
  });

  test('that fails where no exchange is left is cut', async () => {
    const scene = new ReplyScene();
    const source = scene.lateSource();
    scene.reply(reply(source.body));
    scene.exchangeIsGone = true;
    source.fail(new Error('x'));
    await settle();
    expect(scene.cuts).toEqual(['replyFailed']);
  });

  test('goes on in the next turn where it has had enough of this one', () => {
    const scene = new ReplyScene();
    scene.line.swallows = true;
    scene.reply(reply(new Array(20).fill('x'.repeat(60 * KIB))));
    for (let i = 0; i < 40; i++) scene.responder.flush();
    expect(scene.parts.postponed).toBe(1);
    expect(scene.fired).toEqual(['replyStream']);
    const { sentBytes } = scene.responder.output;
    scene.responder.continuePump();
    expect(scene.responder.output.givenBytes).toBeGreaterThan(sentBytes);
    for (let i = 0; i < 40; i++) scene.responder.flush();
    expect(scene.fired).toContain('streamEnd');
  });

  test.each([
    [0, 2],
    [1, 1],
  ])('at memory level %i is asked %i times for chunks of 16 KiB', (level, asked) => {
    const scene = new ReplyScene();
    scene.parts.level = level;
    let count = 0;
    scene.reply(
      reply(
        (function* () {
          for (; count < 2; ) {
            count++;
            yield 'x'.repeat(16 * KIB);
          }
        })(),
      ),
    );
    expect(count).toBe(asked);
  });
});

describe('trailers', () => {
  const withTrailers = () => reply(['x'], { trailers: { A: 'b' } });

  test('are sent to a client that takes them', () => {
    const scene = new ReplyScene();
    scene.reply(withTrailers());
    expect(scene.text).toMatch(/Trailer: A\r\n.*\r\n\r\n1\r\nx\r\n0\r\nA: b\r\n\r\n$/s);
  });

  test.each([
    ['takes none', (scene: ReplyScene) => (scene.answered.takesTrailers = false)],
    ['nobody knows any more', (scene: ReplyScene) => (scene.exchangeIsGone = true)],
  ])('are neither sent nor announced to a client that %s', (_who, change) => {
    const scene = new ReplyScene();
    change(scene);
    scene.reply(withTrailers());
    expect(scene.text).not.toContain('Trailer');
    expect(scene.text).toMatch(/\r\n\r\n1\r\nx\r\n0\r\n\r\n$/);
  });
});

test('a head that waited for its content says close where that was decided meanwhile', async () => {
  const scene = new ReplyScene();
  scene.target.keepAliveAsked = true;
  const source = scene.lateSource();
  scene.reply(reply(source.body));
  scene.fire(EventIds.closeAfter);
  source.give('a');
  await settle();
  expect(scene.text).toMatch(/Connection: close\r\n\r\n1\r\na\r\n$/);
});

test('a response that a host goes on writing has not left', () => {
  const scene = new ReplyScene();
  scene.reply(reply('x'));
  scene.responder.output.send();
  scene.responder.hostAnswers = true;
  expect(scene.responder.fireFlushed()).toBe(false);
  scene.responder.hostAnswers = false;
  expect(scene.responder.fireFlushed()).toBe(true);
});

describe('the backlog', () => {
  test.each([
    [0, 64 * KIB],
    [1, 16 * KIB],
    [2, 16 * KIB],
  ])('at memory level %i may be %i bytes', (level, max) => {
    const scene = new ReplyScene();
    scene.parts.level = level;
    expect(scene.responder.backlogBytesMax).toBe(max);
  });

  test.each([
    [64 * KIB - 1, true],
    [64 * KIB, false],
  ])('of %i bytes lets the pump run: %s', (unflushed, runs) => {
    const scene = new ReplyScene();
    scene.line.unflushedBytes = 64 * KIB;
    scene.reply(reply(['a']));
    expect(scene.fired).toEqual(['replyStream']);
    scene.line.unflushedBytes = unflushed;
    expect(scene.responder.flush()).toBe(runs);
    expect(scene.text.includes('1\r\na\r\n')).toBe(runs);
  });

  test.each([
    [64 * KIB - 1, ['flushed']],
    [64 * KIB, []],
  ])('of %i bytes after a response that is not the last: %j', (unflushed, fired) => {
    const scene = new ReplyScene();
    scene.reply(reply('x'));
    scene.responder.output.send();
    scene.line.unflushedBytes = unflushed;
    scene.fired.length = 0;
    expect(scene.responder.fireFlushed()).toBe(fired.length > 0);
    expect(scene.fired).toEqual(fired);
  });

  test.each([
    [0, ['flushed']],
    [1, []],
  ])('of %i bytes after the last response: %j', (unflushed, fired) => {
    const scene = new ReplyScene();
    scene.fire(EventIds.closeAfter);
    scene.reply(reply('x'));
    scene.line.unflushedBytes = unflushed;
    scene.fired.length = 0;
    expect(scene.responder.fireFlushed()).toBe(fired.length > 0);
    expect([scene.fired, scene.line.written.length]).toEqual([fired, 1]);
  });

  test('is nobody’s while no response is being flushed', () => {
    expect(new ReplyScene().responder.fireFlushed()).toBe(false);
  });
});
