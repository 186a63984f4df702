// What is told to whoever looks after the server: errors, faults of peers, and what an observer
// watches. All of these are calls into the application's code. None of them throws here.

import { rejectionOf } from '../http/thenable.js';
import type { Observer } from '../observe/observer.js';
import type { RequestContext } from './context.js';
import type { FaultReport } from './fault-report.js';
import { guardObserver } from './guarded-observer.js';

/** The options that are about reports; checked by `src/server-options.ts`. */
export interface ReportSettings {
  readonly onError:
    | ((
        error: unknown,
        request: Request | undefined,
        context: RequestContext | undefined,
      ) => unknown)
    | undefined;
  readonly onFault: ((fault: FaultReport) => unknown) | undefined;
  readonly observer: Observer | undefined;
}

export class Reports {
  /** The observer, whose methods don't throw. */
  readonly observer: Observer | undefined;
  /** Faults of peers, since the start. */
  faults = 0;
  readonly #settings: ReportSettings;

  constructor(settings: ReportSettings) {
    this.#settings = settings;
    const { observer } = settings;
    this.observer =
      observer === undefined ? undefined : guardObserver(observer, (error) => this.error(error));
  }

  /**
   * An error that is the application's, or ours: to `onError`, whose own errors must not hurt anybody.
   *
   * @returns what `onError` gave
   */
  error(error: unknown, request?: Request, context?: RequestContext): unknown {
    try {
      return this.#settings.onError?.(error, request, context);
    } catch {
      // An onError that throws has been told; there is nobody else to tell.
      return undefined;
    }
  }

  /** A peer's mistake: to `onFault`, for which alone the report is made. */
  fault(make: () => FaultReport): void {
    this.faults++;
    const { onFault } = this.#settings;
    if (onFault === undefined) return;
    try {
      rejectionOf(onFault(make()), (error) => this.error(error));
    } catch (error) {
      this.error(error);
    }
  }
}
