import { describe, expect, test } from 'vitest';
import { rememberedHostKind } from '../../../../src/fsm/parse/last-host.js';
import {
  HOST_INTERNATIONAL,
  HOST_NONE,
  HOST_PLAIN,
  hostKind,
} from '../../../../src/fsm/parse/uri-host.js';
import { CountingBytes } from '../../../support/counting-bytes.js';

const HOSTS: readonly string[] = [
  '',
  'a',
  '1',
  'a.example',
  'b.example',
  'a.exampl_',
  'a exampl',
  '127.0.0.1:80',
  '256.0.0.1:80',
  '127.0.0.1:8x',
  'xn--p1ai',
  'plain-a1',
  '[::1]',
  '[::g]',
  'a'.repeat(64),
  'b'.repeat(64),
  `${'a'.repeat(63)} `,
  'a'.repeat(65),
  'b'.repeat(65),
];

const encoder = new TextEncoder();

test('a host is of the same kind behind any other host', () => {
  for (const before of HOSTS) {
    for (const host of HOSTS) {
      const first = encoder.encode(before);
      // In the middle of other bytes, as a field value stands.
      const bytes = encoder.encode(`Host: ${host}\r\n`);
      rememberedHostKind(first, 0, first.length);
      for (let times = 0; times < 2; times++) {
        const kind = rememberedHostKind(bytes, 6, 6 + host.length);
        expect([before, host, kind]).toEqual([before, host, hostKind(bytes, 6, 6 + host.length)]);
      }
    }
  }
});

test('what is remembered ends where the host ended', () => {
  const [long, short, both] = ['aaaa:80', '  b:8', 'b:8a:80'].map((text) => encoder.encode(text));
  rememberedHostKind(long as Uint8Array, 0, 7);
  rememberedHostKind(short as Uint8Array, 2, 5);
  expect(rememberedHostKind(both as Uint8Array, 0, 7)).toBe(HOST_NONE);
});

test('all kinds are among these hosts', () => {
  const kinds = HOSTS.map((host) => hostKind(encoder.encode(host), 0, host.length));
  expect(new Set(kinds)).toEqual(new Set([HOST_NONE, HOST_PLAIN, HOST_INTERNATIONAL]));
});

/** How many bytes are looked at to know the kind of this host. */
function looks(host: string): number {
  const bytes = new CountingBytes(encoder.encode(host));
  CountingBytes.reset();
  rememberedHostKind(bytes.asBytes, 0, host.length);
  return CountingBytes.examined;
}

describe('the last plain host', () => {
  test.each(['a.example', '127.0.0.1:80', 'a'.repeat(64)])('%s costs one look a byte', (host) => {
    expect(looks(host)).toBeGreaterThan(host.length);
    expect([looks(host), looks(host)]).toEqual([host.length, host.length]);
  });

  test.each(['a'.repeat(65), 'xn--p1ai', 'a exampl', ''])('is never %j', (host) => {
    looks('a.example');
    const first = looks(host);
    expect(looks(host)).toBe(first);
    expect(looks('a.example')).toBe('a.example'.length);
  });

  test('is told from another by its length, or by the first byte that differs', () => {
    looks('x.y');
    const byRules = looks('b.example');
    expect(looks('a.example')).toBe(1 + byRules);
    expect(looks('a.exampl_')).toBe(9 + byRules);
  });
});
