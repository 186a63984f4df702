// A request that asks for an upgrade, and handlers that grant it.

import { expect, vi } from 'vitest';
import type { FetchHandler, Tunnel } from '../../src/index.js';

export const ASK = 'GET /t HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n';

export const SWITCHED =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';

export const echo: FetchHandler = async (_request, context) => {
  const { readable, writable } = await context.upgrade();
  await readable.pipeTo(writable);
};

/** A handler that upgrades, and tells what it was given. */
export function opening(): { readonly fetch: FetchHandler; readonly opened: Promise<Tunnel> } {
  let open: (tunnel: Tunnel) => void = () => undefined;
  const opened = new Promise<Tunnel>((resolve) => {
    open = resolve;
  });
  return {
    opened,
    fetch: async (_request, context) => {
      open(await context.upgrade());
    },
  };
}

/** Waits until something on the server has happened. */
export async function untilTrue(holds: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(holds()).toBe(true), { timeout: 5000, interval: 5 });
}

export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => expect.fail(`resolved with ${value}`),
    (error) => error,
  );
}
