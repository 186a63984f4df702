// What a worker and its primary say to each other. A program may send messages of its own: these are the ones with
// the member `sluice`.

import type { BoundAddress, CloseReport, ServerStats } from '../../index.js';
import { inWords } from '../../options/in-words.js';

/** An error on its way between processes. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly code?: string | undefined;
  readonly stack?: string | undefined;
}

/** A place to listen. The primary opens the socket, and keeps it. */
export interface SocketPlace {
  /** Of a Unix domain socket: node:cluster shares it. The primary lets one worker at a time try. */
  readonly path?: string | undefined;
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  readonly fd?: number | undefined;
  readonly ipv6Only?: boolean | undefined;
  /** Asked for by the program: somebody else may listen there, too. */
  readonly reusePort?: boolean | undefined;
  /** How many times this worker has asked for the same before: port 0 twice is two ports. */
  readonly index: number;
}

export type FromWorker =
  | { readonly sluice: 'socket'; readonly number: number; readonly place: SocketPlace }
  /** It listens where it has asked for. */
  | { readonly sluice: 'listening' }
  | { readonly sluice: 'ready'; readonly addresses: readonly BoundAddress[] }
  | { readonly sluice: 'failed'; readonly error: SentError }
  | { readonly sluice: 'stats'; readonly number: number; readonly servers: readonly ServerStats[] }
  | { readonly sluice: 'closed'; readonly report: CloseReport };

export type ToWorker =
  /** The socket comes with it, where there is one. */
  | { readonly sluice: 'socket'; readonly number: number; readonly error?: SentError | undefined }
  | { readonly sluice: 'drain'; readonly graceMs: number; readonly readinessDelayMs: number }
  | { readonly sluice: 'stats'; readonly number: number };

/** Undefined: the message is the program's own. */
export function ours<Message extends { readonly sluice: string }>(
  message: unknown,
): Message | undefined {
  const has = typeof message === 'object' && message !== null && 'sluice' in message;
  // A boundary: both ends are this package, of one version.
  return has && typeof message.sluice === 'string' ? (message as Message) : undefined;
}

export function sentError(error: unknown): SentError {
  if (!(error instanceof Error)) return { name: 'Error', message: inWords(error) };
  const { name, message, stack } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { name, message, code, stack };
}

export function errorFrom({ name, message, code, stack }: SentError): Error & { code?: string } {
  const error = new Error(message);
  Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
  if (stack !== undefined) error.stack = stack;
  return code === undefined ? error : Object.assign(error, { code });
}
