// A check that no failure reaches the process.

import { afterEach, beforeEach, expect } from 'vitest';

/** A rejection or an error that nobody takes fails the test which caused it. */
export function expectNoEscapes(): void {
  let escapes = new Escapes();
  beforeEach(() => {
    escapes = new Escapes();
    escapes.listen();
  });
  afterEach(async () => {
    await turns();
    escapes.stop();
    expect(escapes.errors).toEqual([]);
  });
}

/** What has reached the process between `listen` and `stop`: for a test that is many runs, and names the one which failed. */
export class Escapes {
  readonly errors: unknown[] = [];
  readonly #onEscape = (error: unknown): void => {
    this.errors.push(error);
  };

  listen(): void {
    process.on('unhandledRejection', this.#onEscape);
    process.on('uncaughtException', this.#onEscape);
  }

  stop(): void {
    process.off('unhandledRejection', this.#onEscape);
    process.off('uncaughtException', this.#onEscape);
  }
}

/** What was rejected by now has been told to the process. */
export async function turns(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}
