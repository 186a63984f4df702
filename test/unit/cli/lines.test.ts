import { describe, expect, test } from 'vitest';
import {
  CommandFailure,
  describe as describeError,
  listenFailure,
} from '../../../src/cli/failure.js';
import {
  type LineOutput,
  LineWriter,
  WAITING_CHARACTERS_MAX,
} from '../../../src/cli/line-writer.js';
import { formatExchange, formatRefusal } from '../../../src/cli/log-line.js';
import { listeningLine, urlOf } from '../../../src/cli/messages.js';
import { printable } from '../../../src/cli/printable.js';
import { SAME_SIGNAL_MS, StopSignals } from '../../../src/cli/stop-signals.js';

describe('printable', () => {
  test.each([
    ['/a%0ab', '/a%0ab'],
    ['été — 水', 'été — 水'],
    ['a\nb\r\tc', 'a\\x0ab\\x0d\\x09c'],
    ['\x1b[2J\x9b1m\x7f\0', '\\x1b[2J\\x9b1m\\x7f\\x00'],
    ['a\u2028b\u202ec\ufeff', 'a\\u{2028}b\\u{202e}c\\u{feff}'],
    ['\ud800', '\\u{d800}'],
  ])('makes %j one plain line', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });
});

describe('formatExchange', () => {
  const exchange = {
    method: 'GET',
    target: '/sleep?a=b',
    startedAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    endedAt: Date.UTC(2026, 0, 2, 3, 4, 10, 690),
    status: 200,
    bytes: 1234,
    failure: undefined,
  };

  test('says time, method, target, status, milliseconds and bytes', () => {
    expect(formatExchange(exchange)).toBe(
      '2026-01-02T03:04:05.678Z GET /sleep?a=b 200 5012.0ms 1234B',
    );
  });

  test('says that nobody counted, and why a reply did not arrive', () => {
    const cut = { ...exchange, bytes: undefined, failure: 'peerReset' };
    expect(formatExchange(cut)).toMatch(/ 200 5012\.0ms - not delivered: peerReset$/);
  });

  test('says why a request was turned away', () => {
    expect(formatRefusal(exchange.startedAt, 503, 'queueFull')).toBe(
      '2026-01-02T03:04:05.678Z - - 503 refused: queueFull',
    );
  });

  test('cannot be broken into two lines by what a client sent', () => {
    const forged = formatExchange({ ...exchange, target: '/\n2026 GET /admin 200' });
    expect(forged).not.toContain('\n');
  });
});

describe('StopSignals', () => {
  test('tells the first from the second', async () => {
    const signals = new StopSignals();
    signals.receive('SIGTERM', 1_000);
    signals.receive('SIGTERM', 1_000 + SAME_SIGNAL_MS);
    expect(await signals.first).toBe('SIGTERM');
    expect(await signals.second).toBe('SIGTERM');
  });

  test('takes the same signal twice at once for one, as npm passes on what the terminal sent', async () => {
    const signals = new StopSignals();
    signals.receive('SIGINT', 1_000);
    signals.receive('SIGINT', 1_000 + SAME_SIGNAL_MS - 1);
    signals.receive('SIGTERM', 1_000 + SAME_SIGNAL_MS);
    expect(await signals.first).toBe('SIGINT');
    expect(await signals.second).toBe('SIGTERM');
  });

  test('takes two different signals for two, however soon', async () => {
    const signals = new StopSignals();
    signals.receive('SIGINT', 1_000);
    signals.receive('SIGTERM', 1_000);
    expect(await signals.second).toBe('SIGTERM');
  });

  test('takes a third for no more than it is', () => {
    const signals = new StopSignals();
    for (const now of [1_000, 2_000, 3_000]) signals.receive('SIGINT', now);
  });
});

describe('LineWriter', () => {
  class Output implements LineOutput {
    writableLength = 0;
    readonly writes: string[] = [];
    fail: (error: Error) => void = () => {};
    write(text: string): void {
      this.writes.push(text);
    }
    on(_: 'error', listener: (error: Error) => void): void {
      this.fail = listener;
    }
  }

  function writer() {
    const output = new Output();
    const turns: (() => void)[] = [];
    return { output, turns, lines: new LineWriter(output, (callback) => turns.push(callback)) };
  }

  test('writes the lines of a turn at once', () => {
    const { output, turns, lines } = writer();
    lines.line('a');
    lines.line('b');
    expect(turns.length).toBe(1);
    turns.shift()?.();
    lines.line('c');
    turns.shift()?.();
    expect(output.writes).toEqual(['a\nb\n', 'c\n']);
  });

  test('writes what waits when it is told to, and nothing twice', () => {
    const { output, turns, lines } = writer();
    lines.line('a');
    lines.flush();
    turns.shift()?.();
    expect(output.writes).toEqual(['a\n']);
  });

  test('drops lines, and says how many, rather than keep more than its bound', () => {
    const { output, lines } = writer();
    output.writableLength = WAITING_CHARACTERS_MAX;
    lines.line('kept, for the bound is reached and not passed');
    output.writableLength = WAITING_CHARACTERS_MAX + 1;
    lines.line('lost');
    lines.line('lost');
    output.writableLength = 0;
    lines.line('after');
    lines.flush();
    expect(output.writes.join('')).toBe(
      'kept, for the bound is reached and not passed\n(2 lines were lost: nobody took them)\nafter\n',
    );
  });

  test('goes silent when its reader leaves', () => {
    const { output, lines } = writer();
    output.fail(new Error('EPIPE'));
    lines.line('a');
    lines.flush();
    expect(output.writes).toEqual([]);
  });
});

describe('messages', () => {
  test.each([
    ['127.0.0.1', 'http://127.0.0.1:80/'],
    ['::1', 'http://[::1]:80/'],
    ['0.0.0.0', 'http://localhost:80/'],
    ['::', 'http://localhost:80/'],
  ])('the URL of %s can be followed', (address, url) => {
    expect(urlOf(address, 80)).toBe(url);
  });

  test('the listening line says what, where, and how to stop', () => {
    expect(listeningLine('app.js', '127.0.0.1', 7878)).toBe(
      'sluice: serving app.js on http://127.0.0.1:7878/ (Ctrl-C stops)',
    );
    expect(listeningLine('app.js', '::', 7878)).toContain('on every interface');
  });
});

describe('failures', () => {
  test('an error is one line, with the place', () => {
    const error = new TypeError('no\nmore');
    error.stack =
      'TypeError: no\nmore\n    at f (file:///a/b/app.js:3:7)\n    at g (file:///c.js:1:1)';
    expect(describeError(error)).toBe('TypeError: no (app.js:3)');
  });

  test('what is thrown need not be an error', () => {
    expect(describeError('a\nb')).toBe('a\\x0ab');
    expect(describeError(undefined)).toBe('undefined');
  });

  test.each([
    ['EADDRINUSE', 'port 80 on ::1 is in use: stop what holds it, or choose another with --port'],
    ['EACCES', 'no permission to listen on port 80 on ::1: choose another with --port'],
    ['EADDRNOTAVAIL', '::1 is not an address of this machine: choose another with --host'],
    ['ENOTFOUND', 'there is no host with the name ::1: choose another with --host'],
  ])('%s says what to do', (code, message) => {
    const failure = listenFailure(Object.assign(new Error('listen'), { code }), '::1', 80);
    expect(failure).toBeInstanceOf(CommandFailure);
    expect(failure.message).toBe(message);
  });
});
