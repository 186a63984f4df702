// What is told to whoever looks after the server: errors, faults of peers, and what an observer
// watches. All of these are calls into the application's code. None of them throws here.

import { dropAnswer } from '../../http/reply/from-response.js';
import type { FaultReport, Observer } from '../../observe/observer.js';
import { dropIfPromise, listen, promiseOf, rejectionOf } from '../../options/thenable.js';
import type { RequestContext } from '../handler/context.js';
import { ErrorKinds } from './error-kinds.js';
import { Observers } from './observers.js';

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
  readonly observers: readonly Observer[];
  /** Reports of faults show credentials, too. */
  readonly showsCredentials: boolean;
}

export class Reports {
  readonly observers: Observers;
  /** Faults of peers, since the start. */
  faults = 0;
  readonly showsCredentials: boolean;
  readonly #settings: ReportSettings;
  readonly #warn: (text: string) => void;
  readonly #kinds: ErrorKinds = new ErrorKinds();

  /** @param warn Hears of errors where there is no `onError`, or where it fails. */
  constructor(settings: ReportSettings, warn: (text: string) => void) {
    this.#settings = settings;
    this.#warn = warn;
    this.showsCredentials = settings.showsCredentials;
    this.observers = new Observers(settings.observers, (error) => this.tell(error));
  }

  /** All observers in one, whose methods don't throw; undefined where there is none. */
  get observer(): Observer | undefined {
    return this.observers.observer;
  }

  /**
   * An error that is the application's, or ours: to `onError`, whose own errors must not hurt anybody.
   *
   * @returns what `onError` gave; a promise is the platform's own, and its rejection has been heard
   */
  error(error: unknown, request?: Request, context?: RequestContext): unknown {
    hearThrown(error);
    const { onError } = this.#settings;
    if (onError === undefined) {
      this.#warnOf('an error', error, 'there was no onError to tell');
      return undefined;
    }
    try {
      const answer = onError(error, request, context);
      const promise = promiseOf(answer);
      if (promise === undefined) return answer;
      listen(promise, undefined, (failure) => this.onErrorFailed(failure));
      return promise;
    } catch (failure) {
      this.onErrorFailed(failure);
      return undefined;
    }
  }

  /** The same where nobody waits for an answer: one that is given nevertheless is dropped. */
  tell(error: unknown, request?: Request, context?: RequestContext): void {
    this.drop(this.error(error, request, context));
  }

  /** Gives up what `onError` answered and nobody is sent. */
  drop(answer: unknown): void {
    const dropped = (failure: unknown): void => this.onErrorFailed(failure);
    if (answer instanceof Promise)
      listen(
        answer,
        (late) => dropAnswer(late, dropped),
        () => undefined,
      );
    else dropAnswer(answer, dropped);
  }

  /** `onError` threw, or gave what can't be sent, or the promise that it gave rejected. */
  onErrorFailed(error: unknown): void {
    hearThrown(error);
    this.#warnOf('onError failed', error, '');
  }

  #warnOf(what: string, error: unknown, why: string): void {
    try {
      const count = this.#kinds.count(error);
      if (count === 0) return;
      const known = count === 1 ? '' : `${count} of this kind by now`;
      const more = [why, known].filter((text) => text !== '').join('; ');
      this.#warn(`sluice: ${what}: ${error}${more === '' ? '' : ` (${more})`}`);
    } catch {
      // It can't be put into words.
      this.#warn(`sluice: ${what}`);
    }
  }

  /** A peer's mistake: to `onFault` and observers, for whom alone the report is made. */
  fault(make: () => FaultReport): void {
    this.faults++;
    const { onFault } = this.#settings;
    const { observer } = this;
    if (onFault === undefined && observer?.fault === undefined) return;
    const report = make();
    observer?.fault?.(report);
    try {
      rejectionOf(onFault?.(report), (error) => this.tell(error));
    } catch (error) {
      this.tell(error);
    }
  }
}

/**
 * Some frameworks throw promises. Nobody else has them, and how they end is nobody's concern. The platform's own is heard by
 * the platform's own `then`, whatever it says of itself.
 */
function hearThrown(error: unknown): void {
  dropIfPromise(error);
  try {
    rejectionOf(error, () => undefined);
  } catch {
    // It can't be looked at.
  }
}
