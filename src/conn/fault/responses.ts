// The responses that sluice gives by itself: for a peer's fault, and for a
// request that was not admitted.

import { type FaultId, faultRow } from '../../fsm/faults.js';
import { type Reply, reply } from '../../http/reply/reply.js';

const faultReplies = new Map<FaultId, Reply>();

/** The status of the fault's row, with its sentence. Made once a fault. */
export function faultReply(fault: FaultId): Reply {
  let answer = faultReplies.get(fault);
  if (answer === undefined) {
    const { status, section, text } = faultRow(fault);
    answer = reply(`${text} (${section})\n`, { status });
    faultReplies.set(fault, answer);
  }
  return answer;
}

const refusals = new Map<number, Reply>();

/** 503 with `Retry-After` in whole seconds, at least 1 (RFC 9110 §10.2.3). Made once a number of seconds. */
export function refusalReply(retryAfterMs: number): Reply {
  const seconds = Math.max(1, Math.round(retryAfterMs / 1000));
  let answer = refusals.get(seconds);
  if (answer === undefined) {
    answer = reply('The server is busy. Try again later.\n', {
      status: 503,
      headers: { 'Retry-After': seconds },
    });
    refusals.set(seconds, answer);
  }
  return answer;
}

export const TIMED_OUT: Reply = reply('The handler took too long.\n', { status: 503 });

/** A handler that waited was told that the server drains, and had nothing else to say. */
export const DRAINING: Reply = reply('The server is closing.\n', {
  status: 503,
  headers: { 'Retry-After': 1 },
});

/** The client has ended its side, and the handler gave up. The client may still read. */
export const PEER_ENDED: Reply = reply('The client ended the connection before the response.\n', {
  status: 400,
});

/** The content came whole, and is not what the handler takes it for. */
export const MALFORMED: Reply = reply('The content is malformed.\n', { status: 400 });

export const INTERNAL_ERROR: Reply = reply('Internal Server Error\n', { status: 500 });
