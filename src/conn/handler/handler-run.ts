// Runs the handler of a request, and makes a reply of whatever comes of that: a reply, a standard
// Response, a promise of either, or something thrown. It knows neither the connection nor the limiter.

import { isAnswer, toReply } from '../../http/reply/from-response.js';
import { Reply, reply } from '../../http/reply/reply.js';
import { sendsContent } from '../../http/reply/reply-framing.js';
import { BodyError } from '../../http/request/body-error.js';
import { isMalformed } from '../../http/request/malformed.js';
import { UpgradeError } from '../../http/tunnel/upgrade-error.js';
import type { Outcome } from '../../limiter/ticket.js';
import { listen, promiseOf } from '../../options/thenable.js';
import { DRAINING, INTERNAL_ERROR, MALFORMED, PEER_ENDED, TIMED_OUT } from '../fault/responses.js';
import { type AbortReason, toldBySignal } from './abort.js';

/** What the runs of all handlers of a server share. */
export interface HandlingParts {
  readonly errorPages: {
    /** A reply of sluice's own, as the application wants it to look. */
    of(own: Reply): Reply;
  };
  readonly reports: {
    /** `onError` gave what can't be sent. */
    onErrorFailed(error: unknown): void;
    /** Nobody is sent what `onError` gave. */
    drop(instead: unknown): void;
  };
}

/** The request, as the run of its handler sees it. */
export interface HandledRequest {
  readonly head: { readonly isHead: boolean };
  /** Of the server. */
  readonly parts: HandlingParts;
  /** Calls the handler, or what stands in its place. */
  callHandler(): unknown;
  /** Tells `onError`, and gives what that gave: a value, or a promise of the platform's own. Never throws. */
  askOnError(error: unknown): unknown;
  /** Why its signal has aborted, if it has. */
  readonly abortReason: AbortReason | undefined;
  /** It has made a tunnel of its connection. */
  readonly tunnel: { destroy(error: unknown): void } | undefined;
  /** Tells `onError` of an error that came too late for a reply. */
  report(error: unknown): void;
  /** The handler has ended without a reply, since it has upgraded. Called once. */
  handlerLeaves(): void;
  /** The handler has ended, and this is its reply. Called once. */
  handlerEnds(reply: Reply, outcome: Outcome): void;
}

/** Runs the handler. Its reply comes before this returns, or later. */
export function runHandler(handled: HandledRequest): void {
  let answer: unknown;
  let promise: Promise<unknown> | undefined;
  try {
    answer = handled.callHandler();
    // V8 finds it out slowly that an object lacks a private field: promises, the usual others, don't get there.
    if (answer instanceof Promise || !Reply.isOne(answer)) promise = promiseOf(answer);
    if (promise !== undefined) awaitAnswer(handled, promise);
  } catch (error) {
    takeError(handled, error);
    return;
  }
  if (promise === undefined) takeAnswer(handled, answer);
}

// Closures stand in functions of their own here: where one may be made, V8 makes its context at each call.

function awaitAnswer(handled: HandledRequest, promise: Promise<unknown>): void {
  listen(
    promise,
    (value) => takeAnswer(handled, value),
    (error) => takeError(handled, error),
  );
}

/**
 * The content of a reply could not be finished: tells the application, unless it was the peer's doing.
 *
 * @returns what is sent in its place, where nothing was sent yet
 */
export function replyInPlace(handled: HandledRequest, error: unknown): Reply {
  const own = BodyError.is(error) ? bodyErrorReply(error) : givenUpReply(handled, error);
  if (own !== undefined) return handled.parts.errorPages.of(own);
  const instead = handled.askOnError(error);
  // No other stream takes its place, and nobody waits for a promise any more.
  if (!(instead instanceof Promise)) {
    const given = replyOr500(handled, instead);
    if (given.whole !== undefined) return given;
  }
  handled.parts.reports.drop(instead);
  return handled.parts.errorPages.of(INTERNAL_ERROR);
}

function takeAnswer(handled: HandledRequest, answer: unknown): void {
  let given: Reply;
  if (answer === undefined && handled.tunnel !== undefined) {
    handled.handlerLeaves();
    return;
  }
  try {
    given = toReply(answer);
  } catch (error) {
    takeError(handled, error);
    return;
  }
  if (given.maybeWhole && sendsContent(given.status, handled.head.isHead))
    readAhead(handled, given);
  else handled.handlerEnds(given, 'finished');
}

/** Its content may come at once. */
function readAhead(handled: HandledRequest, given: Reply): void {
  given.readAhead().then(
    (read) => handled.handlerEnds(read, 'finished'),
    (error) => takeError(handled, error),
  );
}

function takeError(handled: HandledRequest, error: unknown): void {
  const { tunnel } = handled;
  if (tunnel !== undefined) {
    // How a tunnel was cut off is no error of the handler that let it through.
    if (toldBySignal(error) === undefined) handled.report(error);
    handled.handlerLeaves();
    tunnel.destroy(error);
    return;
  }
  const own = ownReplyTo(handled, error);
  if (own !== undefined) {
    handled.handlerEnds(handled.parts.errorPages.of(own), 'failed');
    return;
  }
  if (isAnswer(error)) {
    takeAnswer(handled, error);
    return;
  }
  const instead = handled.askOnError(error);
  if (instead instanceof Promise) {
    listen(
      instead,
      (value) => takeInstead(handled, value),
      () => handled.handlerEnds(handled.parts.errorPages.of(INTERNAL_ERROR), 'failed'),
    );
  } else takeInstead(handled, instead);
}

/** The answer to an error that says by itself what it means. */
function ownReplyTo(handled: HandledRequest, error: unknown): Reply | undefined {
  try {
    // The peer sent wrong content, and the handler let the error through: the peer hears of it.
    if (BodyError.is(error)) return bodyErrorReply(error);
    if (UpgradeError.is(error) && error.status < 500) return upgradeErrorReply(error);
    return isMalformed(error) ? MALFORMED : givenUpReply(handled, error);
  } catch {
    // It can't be looked at, so it is none of ours.
    return undefined;
  }
}

/** The answer of a handler that let through what its own signal told: it has done what it should. */
function givenUpReply({ abortReason }: HandledRequest, error: unknown): Reply | undefined {
  const told = toldBySignal(error);
  // A drain is everybody's: upgrade() tells it, too. Else it may be the signal of another request.
  if (told === 'drain') return DRAINING;
  if (told === undefined || told !== abortReason) return undefined;
  return told === 'deadline' ? TIMED_OUT : PEER_ENDED;
}

/** What `onError` gave takes the place of an answer. */
function takeInstead(handled: HandledRequest, value: unknown): void {
  const given = replyOr500(handled, value);
  if (given.maybeWhole && sendsContent(given.status, handled.head.isHead)) {
    given.readAhead().then(
      (read) => handled.handlerEnds(read, 'failed'),
      (failure) => {
        handled.parts.reports.onErrorFailed(failure);
        handled.handlerEnds(handled.parts.errorPages.of(INTERNAL_ERROR), 'failed');
      },
    );
  } else handled.handlerEnds(given, 'failed');
}

function replyOr500(handled: HandledRequest, value: unknown): Reply {
  if (value === undefined || value === null) return handled.parts.errorPages.of(INTERNAL_ERROR);
  try {
    return toReply(value);
  } catch (failure) {
    handled.parts.reports.onErrorFailed(failure);
    return handled.parts.errorPages.of(INTERNAL_ERROR);
  }
}

function upgradeErrorReply({ message, status, protocol }: UpgradeError): Reply {
  const headers = protocol === undefined ? {} : { Upgrade: protocol };
  return reply(`${message}\n`, { status, headers });
}

function bodyErrorReply({ message, status }: BodyError): Reply {
  // 503: our memory is used up, and the client may come again.
  const headers = status === 503 ? { 'Retry-After': 1 } : {};
  return reply(`${message}\n`, { status, headers });
}
