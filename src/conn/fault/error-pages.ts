// The responses that sluice gives by itself, as the application wants them to look. Each page is made when the
// server is: nothing of a request can get into it, and no code of the application runs when clients are refused.

import { FAULT_NAMES, Fault, faultRow } from '../../fsm/faults.js';
import { Reply } from '../../http/reply/reply.js';
import { reasonPhrase } from '../../http/reply/status.js';
import { invalid } from '../../options/checks.js';

/** What an error page is made for. */
export interface ErrorPageFault {
  /** 400, 408, 413, 414, 417, 431, 500, 501, 503 or 505. */
  readonly status: number;
  /** Its reason phrase: `Bad Request`. */
  readonly statusText: string;
}

/** The option `errorPages`. */
export type MakeErrorPage = (fault: ErrorPageFault) => Reply;

const STATUSES: ReadonlySet<number> = new Set([
  ...FAULT_NAMES.map((name) => faultRow(Fault[name]).status),
  500,
  503,
]);

export class ErrorPages {
  readonly #pages: Map<number, Reply> = new Map();
  /** What was made of our own replies, most of which are given again and again. */
  readonly #made: WeakMap<Reply, Reply> = new WeakMap();

  /**
   * @param onError Hears what `make` threw, and of what it gave and can't be a page: ours stays.
   * @param drop Gives up what can't be a page: it may be a stream, or a promise of one.
   */
  constructor(
    make: MakeErrorPage | undefined,
    onError: (error: unknown) => void,
    drop: (answer: unknown) => void,
  ) {
    if (make === undefined) return;
    for (const status of STATUSES) {
      let page: unknown;
      try {
        page = make({ status, statusText: reasonPhrase(status) });
        this.#pages.set(status, pageAt(`errorPages(${status})`, page, status));
      } catch (error) {
        onError(error);
        drop(page);
      }
    }
  }

  /** The application's page in place of `own`; with the Retry-After of `own`. */
  of(own: Reply): Reply {
    const page = this.#pages.get(own.status);
    if (page === undefined) return own;
    let made = this.#made.get(own);
    if (made === undefined) {
      const retryAfter = own.headers.get('retry-after');
      made = retryAfter === null ? page : page.with({ headers: { 'Retry-After': retryAfter } });
      this.#made.set(own, made);
    }
    return made;
  }
}

/**
 * A page is sent many times, so it has all its content.
 *
 * @throws for what can't be sent as the answer to any request
 */
function pageAt(path: string, given: unknown, status: number): Reply {
  if (!Reply.isOne(given) || given.whole === undefined)
    throw invalid(TypeError, path, given, 'a reply() whose content is a string, bytes or nothing');
  const page = given.with({ status });
  page.framing(false, 1);
  return page;
}
