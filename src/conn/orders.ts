// What the machine orders beside the way of a request in order: content that fails or that nobody wants,
// refusals, faults, and the steps by which a connection ends. A request in order meets none of these.

import { type ActionId, ActionIds, type EventId, EventIds } from '../fsm/machine/machine.js';
import type { Reply } from '../http/reply/reply.js';
import type { Ending } from './ending.js';
import { bodyAbandoned } from './fault/fault-report.js';
import type { PeerFaults } from './watch/peer-faults.js';

const {
  abandonContent: ABANDON_CONTENT,
  answerFault: ANSWER_FAULT,
  answerRefusal: ANSWER_REFUSAL,
  reset: RESET,
  close: CLOSE,
  drain: DRAIN,
  failContent: FAIL_CONTENT,
  forget: FORGET,
  halfClose: HALF_CLOSE,
  linger: LINGER,
  withdraw: WITHDRAW,
} = ActionIds;

/** The connection, as it is ordered about. */
export interface OrderedConnection {
  readonly receiver: { readonly content: { startDrain(): void } };
  readonly exchange: { contentFailed(error: Error): void } | undefined;
  readonly conversation: {
    withdraw(): void;
    answerRefusal(): void;
    answerItself(reply: Reply): void;
  };
  /** Undefined where the peer has made no fault. */
  readonly peerFaults: PeerFaults | undefined;
  readonly ending: Ending;
}

/** @param event what the machine ordered it for */
export function obey(connection: OrderedConnection, action: ActionId, event: EventId): void {
  const { ending } = connection;
  switch (action) {
    case DRAIN:
      connection.receiver.content.startDrain();
      connection.exchange?.contentFailed(bodyAbandoned());
      return;
    case WITHDRAW:
      connection.conversation.withdraw();
      answerFault(connection);
      return;
    case ANSWER_FAULT:
      answerFault(connection);
      return;
    case ANSWER_REFUSAL:
      connection.conversation.answerRefusal();
      return;
    case FAIL_CONTENT:
      connection.peerFaults?.failContent();
      return;
    case ABANDON_CONTENT:
      connection.exchange?.contentFailed(bodyAbandoned());
      return;
    case LINGER:
      ending.linger(event === EventIds.idleTimeout ? 'idle' : 'lastResponse');
      return;
    case HALF_CLOSE:
      ending.halfClose();
      return;
    case CLOSE:
      ending.close();
      return;
    case RESET:
      ending.reset();
      return;
    case FORGET:
      ending.tidyUp();
      return;
    default: // `gather` asks for nothing: the content is collected as it comes.
  }
}

function answerFault({ peerFaults, conversation }: OrderedConnection): void {
  const reply = peerFaults?.answer();
  if (reply !== undefined) conversation.answerItself(reply);
}
