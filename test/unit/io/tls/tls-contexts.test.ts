// The certificates of a listener: how many contexts are made of them.

import tls from 'node:tls';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { TlsContexts } from '../../../../src/io/tls/tls-contexts.js';
import { secureContextFrom, tlsFrom } from '../../../../src/io/tls/tls-options.js';
import { pair } from '../../../support/tls.js';

const local = pair('local');
const named = { serverName: 'a.example', ...pair('a') };
const wild = { serverName: '*.b.example', ...pair('wild') };

describe.each([
  ['one certificate', local, 1],
  ['names beside one without', [local, named, wild], 3],
  ['names alone: the first is the main one, too', [named, wild], 2],
])('of %s each is made once', (_what, given, count) => {
  function contextsMade(act: () => void): number {
    const make = vi.spyOn(tls, 'createSecureContext');
    onTestFinished(() => make.mockRestore());
    act();
    return make.mock.calls.length;
  }

  test('as it is listened to', () => {
    const make = (): TlsContexts => new TlsContexts(tlsFrom(given), () => undefined);
    expect(contextsMade(make)).toBe(count);
  });

  test('as it is renewed', () => {
    const contexts = new TlsContexts(tlsFrom(local), () => undefined);
    expect(contextsMade(() => contexts.prepare(secureContextFrom(given))())).toBe(count);
  });
});
