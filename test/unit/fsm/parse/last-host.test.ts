import { expect, test } from 'vitest';
import { rememberedHostKind } from '../../../../src/fsm/parse/last-host.js';
import {
  HOST_INTERNATIONAL,
  HOST_NONE,
  HOST_PLAIN,
  hostKind,
} from '../../../../src/fsm/parse/uri-host.js';

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

test('all kinds are among these hosts', () => {
  const kinds = HOSTS.map((host) => hostKind(encoder.encode(host), 0, host.length));
  expect(new Set(kinds)).toEqual(new Set([HOST_NONE, HOST_PLAIN, HOST_INTERNATIONAL]));
});
