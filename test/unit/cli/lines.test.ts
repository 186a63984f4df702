import { describe, expect, test } from 'vitest';
import {
  CommandFailure,
  describe as describeError,
  handlerFailure,
  listenFailure,
} from '../../../src/cli/failure.js';
import { listeningLine, urlOf } from '../../../src/cli/messages.js';
import { SAME_SIGNAL_MS, StopSignals } from '../../../src/cli/stop-signals.js';

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
    expect(
      listeningLine('app.js', '127.0.0.1', 7878, 'http', { statusUrl: 'http://[::1]:9/' }),
    ).toBe(
      'sluice: serving app.js on http://127.0.0.1:7878/, its status on http://[::1]:9/ (Ctrl-C stops)',
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
    // No text can be made of it.
    const wordless: unknown = Object.create(null);
    expect(describeError(wordless)).toBe('an object');
    expect(handlerFailure(wordless, undefined)).toBe('sluice: error: an object');
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
