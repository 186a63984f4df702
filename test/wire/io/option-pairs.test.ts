// Which options of `listen` go together: every pair of them is decided here.

import { describe, expect, test } from 'vitest';
import { LISTEN_NAMES, listenAddressFrom } from '../../../src/io/listen/listen-address.js';
import { knowsReusePort } from '../../../src/io/listen/socket-options.js';
import { pair } from '../../support/tls.js';

// An option that needs another one has it beside it.
const SAMPLES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  port: { port: 0 },
  host: { host: '::1' },
  path: { path: '/x' },
  backlog: { backlog: 5 },
  tls: { tls: pair('local') },
  proxyProtocol: { proxyProtocol: true },
  fd: { fd: 3 },
  handle: { handle: { fd: 3 } },
  systemd: { systemd: true },
  reusePort: { reusePort: true },
  ipv6Only: { ipv6Only: true, host: '::' },
  mode: { mode: 0o660, path: '/x' },
  keepAlive: { keepAlive: { initialDelayMs: 5000 } },
};

/** The names with which each one cannot stand. */
const CONTRADICTIONS: Readonly<Record<string, string>> = {
  port: 'path fd handle systemd mode',
  host: 'path fd handle systemd mode',
  path: 'port host fd handle systemd reusePort ipv6Only keepAlive',
  backlog: '',
  tls: '',
  proxyProtocol: '',
  fd: 'port host path handle systemd reusePort ipv6Only mode',
  handle: 'port host path fd systemd reusePort ipv6Only mode',
  systemd: 'port host path fd handle reusePort ipv6Only mode',
  reusePort: 'path fd handle systemd mode',
  ipv6Only: 'path fd handle systemd mode',
  mode: 'port host fd handle systemd reusePort ipv6Only keepAlive',
  keepAlive: 'path mode',
};

const sampleOf = (name: string): Readonly<Record<string, unknown>> => SAMPLES[name] ?? {};
const pairs = LISTEN_NAMES.flatMap((one, i) =>
  LISTEN_NAMES.slice(i + 1).map((other): [string, string] => [one, other]),
).filter((names) => !names.includes('reusePort') || knowsReusePort(process.versions.node));

/** What is said of these options; undefined where they fit. */
function wordsFor(where: object): string | undefined {
  try {
    listenAddressFrom(where);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe('options of listen()', () => {
  test('are all in the table', () => {
    expect(Object.keys(SAMPLES).sort()).toEqual([...LISTEN_NAMES].sort());
    expect(Object.keys(CONTRADICTIONS).sort()).toEqual([...LISTEN_NAMES].sort());
  });

  test.each(pairs)('%s and %s go together, or are refused by their names', (one, other) => {
    const words = wordsFor({ ...sampleOf(one), ...sampleOf(other) });
    const contradict = CONTRADICTIONS[one]?.split(' ').includes(other) === true;
    // The table says it from both sides.
    expect(CONTRADICTIONS[other]?.split(' ').includes(one) === true).toBe(contradict);
    if (!contradict) {
      expect(words).toBeUndefined();
      return;
    }
    for (const name of [one, other]) {
      // Its sample may be told by what it has beside it.
      const told = Object.keys(sampleOf(name)).some((each) => words?.includes(each));
      expect(told, `${name}: ${words}`).toBe(true);
    }
  });

  test.each(LISTEN_NAMES.filter((name) => name !== 'path' && name !== 'mode'))(
    'mode without a path is refused beside %s',
    (name) => {
      expect(wordsFor({ mode: 0o660, ...sampleOf(name) })).toMatch(/^mode: /);
    },
  );

  test.each(['systemd', 'reusePort', 'ipv6Only', 'keepAlive'])(
    '%s that is off contradicts nothing',
    (name) => {
      for (const other of ['path', 'fd', 'handle', 'port', 'mode'])
        expect(wordsFor({ ...sampleOf(other), [name]: false }), other).toBeUndefined();
    },
  );
});
