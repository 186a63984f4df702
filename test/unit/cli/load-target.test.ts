import { describe, expect, test, vi } from 'vitest';
import { optionsOf } from '../../../src/cli/load-target.js';
import { overrideOptions } from '../../../src/cli/server-options.js';

const fetch = () => new Response('x');
const given = {
  target: '.',
  port: 0,
  host: '::1',
  concurrency: undefined,
  queueWaitMs: undefined,
  drainTimeoutMs: 0,
  readinessDelayMs: 0,
  workers: undefined,
  trust: undefined,
  proxyProtocol: false,
  systemd: false,
  tls: undefined,
  log: 'text' as const,
  status: undefined,
  quiet: true,
};

describe('optionsOf', () => {
  test('takes the default export with all its options', () => {
    const options = optionsOf({ default: { fetch, concurrency: 4 } });
    expect(options).toMatchObject({ concurrency: 4 });
    expect(options?.fetch).toBeTypeOf('function');
  });

  test('calls fetch as a method of what was exported', () => {
    const main = { fetch: vi.fn(() => new Response('x')) };
    const call = optionsOf({ default: main })?.fetch as unknown as (...args: unknown[]) => unknown;
    call('request', 'context');
    expect(main.fetch).toHaveBeenCalledWith('request', 'context');
    expect(main.fetch.mock.contexts[0]).toBe(main);
  });

  test('takes nothing but fetch of an app that a class made', () => {
    class App {
      routes = [];
      fetch = fetch;
    }
    expect(Object.keys(optionsOf({ default: new App() }) ?? {})).toEqual(['fetch']);
    expect(Object.keys(optionsOf({ default: Object.assign(() => {}, { fetch }) }) ?? {})).toEqual([
      'fetch',
    ]);
  });

  test('takes a named fetch where the default export has none', () => {
    expect(optionsOf({ fetch })).toEqual({ fetch });
    expect(optionsOf({ default: { concurrency: 4 }, fetch })).toEqual({ fetch });
    expect(optionsOf({ default: null, fetch })).toEqual({ fetch });
  });

  test('finds the default export that a compiler has put into a CommonJS module', () => {
    const main = { fetch, concurrency: 4 };
    const compiled = { __esModule: true, default: main };
    expect(optionsOf({ default: compiled })).toMatchObject({ concurrency: 4 });
    expect(optionsOf({ default: { ...compiled, fetch } })).toMatchObject({ __esModule: true });
    expect(optionsOf({ default: { default: main } })).toBeUndefined();
    expect(optionsOf({ default: { __esModule: true, default: null } })).toBeUndefined();
  });

  test.each([
    [{}],
    [{ default: {} }],
    [{ default: () => {} }],
    [{ default: { fetch: 'x' } }],
    [{ fetch: null }],
  ])('finds no handler in %j', (exported) => {
    expect(optionsOf(exported)).toBeUndefined();
  });
});

describe('overrideOptions', () => {
  test('leaves what the command line does not say', () => {
    const own = { fetch, concurrency: 4, queue: { law: 'timed', waitMs: 5 } } as const;
    expect(overrideOptions(own, given)).toEqual(own);
  });

  test('lays the flags over the options of the module', () => {
    const own = {
      fetch,
      concurrency: 4,
      queue: { law: 'timed', waitMs: 5, entriesMax: 7 },
    } as const;
    expect(overrideOptions(own, { ...given, concurrency: 9, queueWaitMs: 0 })).toEqual({
      fetch,
      concurrency: 9,
      queue: { law: 'timed', waitMs: 0, entriesMax: 7 },
    });
  });

  test('makes health paths for a readiness delay, where the module has none of its own', () => {
    const health = { live: '/l', ready: '/r' };
    const late = { ...given, readinessDelayMs: 5 };
    expect(overrideOptions({ fetch }, late).health).toEqual({ live: '/livez', ready: '/readyz' });
    expect(overrideOptions({ fetch, health }, late).health).toBe(health);
    expect(overrideOptions({ fetch, health: false }, late).health).toBe(false);
  });

  test('lays the trusted proxies over those of the module', () => {
    const own = { fetch, trustedProxies: ['unix'] };
    expect(overrideOptions(own, { ...given, trust: ['loopback'] }).trustedProxies).toEqual([
      'loopback',
    ]);
  });

  test('makes a queue where the module has none', () => {
    expect(overrideOptions({ fetch }, { ...given, queueWaitMs: 100 }).queue).toEqual({
      law: 'timed',
      waitMs: 100,
    });
  });
});
