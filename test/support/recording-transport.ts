// A transport that takes all that is written at once, and remembers it. What comes is told the sink by the test.

import type { Transport } from '../../src/conn/transport.js';

export class RecordingTransport implements Transport {
  readonly remote = { address: '127.0.0.1', port: 1 };
  readonly local = { address: '127.0.0.1', port: 2 };
  readonly encrypted = false;
  readonly unflushedBytes: number = 0;
  readonly retainedBytes: number = 0;
  readonly unreadBytes: number = 0;
  /** As latin1, a string a write. */
  readonly written: string[] = [];
  isPaused = false;
  isReset = false;
  /** What the next write throws. */
  error: Error | undefined = undefined;

  write(bytes: Uint8Array | string): void {
    this.writeAll([bytes]);
  }

  writeAll(pieces: readonly (Uint8Array | string)[]): void {
    const { error } = this;
    this.error = undefined;
    if (error !== undefined) throw error;
    this.written.push(pieces.map(latin1).join(''));
  }

  end(): void {}
  destroy(): void {}
  lendTo(): void {}

  reset(): void {
    this.isReset = true;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }
}

function latin1(piece: Uint8Array | string): string {
  return typeof piece === 'string' ? piece : Buffer.from(piece).toString('latin1');
}
