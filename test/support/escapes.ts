// A check that no failure reaches the process.

import { afterEach, beforeEach, expect } from 'vitest';

/** A rejection or an error that nobody takes fails the test which caused it. */
export function expectNoEscapes(): void {
  const escaped: unknown[] = [];
  const onEscape = (error: unknown): void => {
    escaped.push(error);
  };
  beforeEach(() => {
    process.on('unhandledRejection', onEscape);
    process.on('uncaughtException', onEscape);
  });
  afterEach(async () => {
    await turns();
    process.off('unhandledRejection', onEscape);
    process.off('uncaughtException', onEscape);
    expect(escaped.splice(0)).toEqual([]);
  });
}

/** What was rejected by now has been told to the process. */
export async function turns(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}
