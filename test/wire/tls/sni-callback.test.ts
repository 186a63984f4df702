// An SNICallback is the application's, and any client calls it.

import { createSecureContext } from 'node:tls';
import { describe, expect, test } from 'vitest';
import type { TlsOptions } from '../../../src/index.js';
import { reply } from '../../../src/index.js';
import { get, serve } from '../../support/test-server.js';
import { connectTls, pair, shownName, tlsClient } from '../../support/tls.js';

type SNICallback = NonNullable<TlsOptions['SNICallback']>;

const local = pair('local');
const context = createSecureContext(pair('a'));
const servername = 'a.example';

async function serving(choose: unknown): Promise<Awaited<ReturnType<typeof serve>>> {
  return serve(
    { fetch: () => reply('x') },
    { tls: { ...local, SNICallback: choose as SNICallback } },
  );
}

describe('an SNICallback that fails ends one handshake, and onError is told', () => {
  const failure = new Error('no such name');
  test.each<[string, unknown]>([
    [
      'by a throw',
      () => {
        throw failure;
      },
    ],
    ['by a rejection', () => Promise.reject(failure)],
    [
      'by a thenable',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: a thenable of another library.
        then: () => {
          throw failure;
        },
      }),
    ],
  ])('%s', async (_how, choose) => {
    const { port, errors, faults, server } = await serving(choose);
    await expect(connectTls(port, { servername })).rejects.toBeDefined();
    await expect.poll(() => faults.length).toBe(1);
    expect(errors).toEqual([failure]);
    expect(faults[0]).toMatchObject({
      code: 'SLUICE_FAULT_HANDSHAKE_FAILED',
      alert: 'SLUICE_SNI_CALLBACK_FAILED',
    });
    // A client that asks for no name is nobody's to choose for.
    expect((await (await tlsClient(port)).send(get()).response()).text).toBe('x');
    expect(server.stats().handshakes).toBe(0);
  });
});

test.each<[string, SNICallback]>([
  [
    'answers twice',
    (_name, callback) => {
      callback(null, context);
      callback(null, context);
    },
  ],
  [
    'answers and then gives an error',
    (_name, callback) => {
      callback(null, context);
      callback(new Error('late'));
    },
  ],
])('the first answer counts of an SNICallback that %s', async (_what, choose) => {
  const { port, errors, faults } = await serving(choose);
  expect(await shownName(port, { servername })).toBe('a.example');
  expect([errors, faults]).toEqual([[], []]);
});

test.each([['no such name'], [new Error('no such name')]])(
  'an SNICallback may refuse a name by an error or a text: %s',
  async (error) => {
    const { port, errors, faults } = await serving(
      (_name: string, callback: Parameters<SNICallback>[1]) => callback(error as Error),
    );
    await expect(connectTls(port, { servername })).rejects.toBeDefined();
    await expect.poll(() => faults.length).toBe(1);
    expect([faults[0]?.alert, errors]).toEqual(['no such name', []]);
  },
);

test('an SNICallback may refuse a name later by what no text can be made of', async () => {
  const { port, faults } = await serving((_name: string, callback: Parameters<SNICallback>[1]) => {
    setImmediate(() => callback(Object.create(null) as Error));
  });
  await expect(connectTls(port, { servername })).rejects.toBeDefined();
  await expect.poll(() => faults.length).toBe(1);
});

test('an SNICallback that answers and then throws has answered', async () => {
  const late = new Error('late');
  const { port, errors } = await serving((_name: string, callback: Parameters<SNICallback>[1]) => {
    callback(null, context);
    throw late;
  });
  expect(await shownName(port, { servername })).toBe('a.example');
  expect(errors).toEqual([late]);
});
