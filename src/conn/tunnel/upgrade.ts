// Whether a request can be upgraded now, and what becomes of its handler afterwards.

import { Fault } from '../../fsm/faults.js';
import type { Reply } from '../../http/reply/reply.js';
import { ReplyError } from '../../http/reply/reply-error.js';
import type { RequestHead } from '../../http/request/request-head.js';
import { Tunnel } from '../../http/tunnel/tunnel.js';
import type { TunnelPort, TunnelSink } from '../../http/tunnel/tunnel-port.js';
import { UpgradeError } from '../../http/tunnel/upgrade-error.js';
import { type UpgradeInit, upgradeHead } from '../../http/tunnel/upgrade-head.js';
import { droppable } from '../../options/thenable.js';
import { bodyError } from '../fault/fault-report.js';
import { INTERNAL_ERROR } from '../fault/responses.js';
import { type AbortReason, RequestAborted } from '../handler/abort.js';
import type { Lifecycle } from '../machine/lifecycle.js';
import { Reading, Writing } from '../machine/states.js';

/** A request, as its upgrade sees it. */
export interface UpgradingRequest {
  readonly head: { readonly upgrade: boolean };
  readonly requestHead: RequestHead;
  openTunnel(status: number, head: string, sink: TunnelSink): TunnelPort;
}

/**
 * Upgrades, for the handler. The promise may be dropped.
 *
 * @param dateLine `Date: …` with its CRLF
 */
export function upgrade(
  request: UpgradingRequest,
  init: UpgradeInit | undefined,
  dateLine: string,
): Promise<Tunnel> {
  try {
    const { status, head } = upgradeHead(request.requestHead, request.head.upgrade, init, dateLine);
    return Promise.resolve(new Tunnel((sink) => request.openTunnel(status, head, sink)));
  } catch (error) {
    return droppable(Promise.reject(error));
  }
}

/** A request for a tunnel, as the check of its reply sees it. */
export interface ConnectRequest {
  readonly parts: { readonly errorPages: { of(own: Reply): Reply } };
  report(error: unknown): void;
}

/** A reply to CONNECT that is no tunnel. With a 2xx the client would take it for one (RFC 9110 §9.3.6). */
export function replyToConnect(exchange: ConnectRequest, reply: Reply): Reply {
  if (reply.status >= 300) return reply;
  const message = `a ${reply.status} to CONNECT says that there is a tunnel; context.upgrade() makes one`;
  exchange.report(new ReplyError('SLUICE_REPLY_STATUS_INVALID', message));
  reply.discard(undefined, (error) => exchange.report(error));
  return exchange.parts.errorPages.of(INTERNAL_ERROR);
}

/** What a handler is told that gives a reply and has upgraded. */
export function repliedUpgraded(): UpgradeError {
  return new UpgradeError(
    'SLUICE_UPGRADE_REPLIED',
    500,
    'the handler gave a reply after context.upgrade(); it is sent to nobody. Return nothing',
  );
}

/** What decides whether a request can still be upgraded. */
export interface UpgradeCircumstances {
  readonly life: Lifecycle;
  /** The request is the one in progress. */
  readonly isCurrent: boolean;
  readonly isUpgraded: boolean;
  /** Its response was begun, or its handler has ended. */
  readonly isAnswered: boolean;
  /** Why it was cut off, if it was. */
  readonly cutOff: AbortReason | undefined;
  readonly isDraining: boolean;
}

/** @throws the reason for which a request can't be upgraded any more, or not yet */
export function checkUpgradable(circumstances: UpgradeCircumstances): void {
  const { life, isCurrent, isUpgraded, isAnswered, cutOff, isDraining } = circumstances;
  if (isUpgraded) {
    const message = 'context.upgrade() was called before; a request is upgraded once';
    throw new UpgradeError('SLUICE_UPGRADE_REPEATED', 500, message);
  }
  if (cutOff !== undefined) {
    const { message } = new RequestAborted(cutOff);
    // Not the handler's mistake: nobody is told, where it lets this through.
    throw new UpgradeError('SLUICE_UPGRADE_ABORTED', 400, `context.upgrade(): ${message}`);
  }
  if (isAnswered || !isCurrent || life.writing !== Writing.pending) {
    const message = 'context.upgrade() came too late: the request was answered before';
    throw new UpgradeError('SLUICE_UPGRADE_TOO_LATE', 500, message);
  }
  if (isDraining) throw new RequestAborted('drain');
  // The content came wrong, or not wholly.
  if (life.reading === Reading.discard) throw bodyError(Fault.bodyTruncated);
  if (life.reading === Reading.body) {
    // No byte of another protocol can come before the request is complete (RFC 9110 §7.8).
    const message =
      'context.upgrade() came too early: the content of the request must be read to its end before';
    throw new UpgradeError('SLUICE_UPGRADE_CONTENT_UNREAD', 400, message);
  }
}
