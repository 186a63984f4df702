// A transport one of whose calls throws, from the n-th on.

import { RecordingTransport } from './recording-transport.js';

export const TRANSPORT_CALLS = [
  'write',
  'writeAll',
  'end',
  'destroy',
  'reset',
  'pause',
  'resume',
  'lendTo',
] as const;
export type TransportCall = (typeof TRANSPORT_CALLS)[number];

export class FailingTransport extends RecordingTransport {
  readonly failure = new Error('the transport fails');
  #call: TransportCall;
  #callsLeft: number;
  /** Calls that threw. */
  failures = 0;
  isDestroyed = false;
  isEnded = false;

  constructor(call: TransportCall, callsBefore = 0) {
    super();
    this.#call = call;
    this.#callsLeft = callsBefore;
  }

  override write(bytes: Uint8Array | string): void {
    this.#called('write');
    super.writeAll([bytes]);
  }

  override writeAll(pieces: readonly (Uint8Array | string)[]): void {
    this.#called('writeAll');
    super.writeAll(pieces);
  }

  override end(): void {
    this.isEnded = true;
    this.#called('end');
  }

  override destroy(): void {
    this.isDestroyed = true;
    this.#called('destroy');
  }

  override reset(): void {
    this.#called('reset');
    super.reset();
  }

  override pause(): void {
    this.#called('pause');
    super.pause();
  }

  override resume(): void {
    this.#called('resume');
    super.resume();
  }

  override lendTo(): void {
    this.#called('lendTo');
  }

  #called(call: TransportCall): void {
    if (call !== this.#call || --this.#callsLeft >= 0) return;
    this.failures++;
    throw this.failure;
  }
}
