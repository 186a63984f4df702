// What may be said of a single call to `run`.

import {
  invalid,
  msAt,
  namesOf,
  objectAt,
  oneOf,
  refuseOthers,
  stringAt,
} from '../options/checks.js';
import { RUN_OTHER_NAMES } from '../options/other-names.js';
import { type Priority, priorities } from './ticket.js';

/** What is used of an AbortSignal, so that any will do. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface RunOptions {
  /**
   * Who goes first: no class is served while a higher one waits. A `probe` never waits: it starts at
   * once or is refused. Default `default`.
   */
  readonly priority?: Priority;
  /** Who asks: within a class, clients take turns. Without it, all are one client. */
  readonly key?: string;
  /** Milliseconds from now after which the result is worthless: it never starts later. Default: none. */
  readonly deadline?: number;
  /** Takes the call back while it waits: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignalLike;
}

/** The names of the options; the compiler refuses one that is forgotten here. */
export const RUN_NAMES: readonly string[] = namesOf<RunOptions>({
  priority: true,
  key: true,
  deadline: true,
  signal: true,
});

export interface RunSettings {
  readonly priority: Priority;
  readonly key: string | undefined;
  readonly deadlineMs: number;
  readonly signal: AbortSignalLike | undefined;
}

export function parseRunOptions(options: unknown): RunSettings {
  const given = objectAt('options', options);
  refuseOthers('', given, RUN_NAMES, RUN_OTHER_NAMES);
  const { priority, key, deadline, signal } = given;
  return {
    priority: oneOf('priority', priority, priorities, 'default'),
    key: key === undefined ? undefined : stringAt('key', key),
    deadlineMs: deadline === undefined ? Number.POSITIVE_INFINITY : msAt('deadline', deadline),
    signal: signal === undefined ? undefined : signalAt('signal', signal),
  };
}

function signalAt(path: string, value: unknown): AbortSignalLike {
  const signal = objectAt(path, value, 'an AbortSignal');
  const { addEventListener, removeEventListener } = signal;
  if (typeof addEventListener === 'function' && typeof removeEventListener === 'function') {
    // The boundary: what has the methods of a signal is taken for one.
    return value as AbortSignalLike;
  }
  throw invalid(TypeError, path, value, 'an AbortSignal');
}
