// The faults of the peer on one connection: noted, told to who watches, and answered. Most peers make none, so
// most connections have none of these. What follows from a fault, the machine decides.

import { type FaultId, faultCode } from '../../fsm/faults.js';
import { type EventId, EventIds } from '../../fsm/machine/machine.js';
import type { Reply } from '../../http/reply/reply.js';
import type { ConnectionEnd } from '../../observe/observer.js';
import {
  bodyError,
  type FaultPlace,
  type FaultyConnection,
  faultReport,
} from '../fault/fault-report.js';
import { faultReply } from '../fault/responses.js';
import type { AbortReason } from '../handler/abort.js';
import type { Reports } from './reports.js';

/** The connection, as the faults of its peer see it. */
export interface FaultedConnection extends FaultyConnection {
  readonly now: number;
  readonly ending: { reason: AbortReason; note(end: ConnectionEnd): void };
  /** Undefined where nobody listens. */
  readonly accounts: { fault(code: string, now: number): void } | undefined;
  /** A host may answer in place of sluice, and hears of faults in content. */
  readonly link:
    | {
        takesFault(fault: FaultId, place: FaultPlace | undefined): boolean;
        tellFault(fault: FaultId, place: FaultPlace | undefined): void;
      }
    | undefined;
  readonly exchange: { contentFailed(error: Error): void } | undefined;
  fire(event: EventId): void;
}

export class PeerFaults {
  readonly #connection: FaultedConnection;
  readonly #reports: Reports;
  /** The last one. */
  #fault: FaultId;
  /** Where it was found, while it is told. */
  #place: FaultPlace | undefined = undefined;

  constructor(connection: FaultedConnection, reports: Reports, fault: FaultId) {
    this.#connection = connection;
    this.#reports = reports;
    this.#fault = fault;
  }

  /** The peer broke a rule at `offset`, counted from the connection's first byte. */
  refuse(fault: FaultId, offset: number, place: FaultPlace | undefined): void {
    this.#note(fault, 'fault');
    this.#place = place;
    const connection = this.#connection;
    const reports = this.#reports;
    reports.fault(() => faultReport(fault, offset, connection, place, reports.showsCredentials));
    connection.fire(EventIds.fault);
    this.#place = undefined;
  }

  /** The peer's FIN came within a message. */
  truncated(fault: FaultId, offset: number): void {
    const connection = this.#connection;
    this.#note(fault, 'peerEnded');
    connection.ending.reason = 'peerEnded';
    this.#reports.fault(() => faultReport(fault, offset, connection));
    connection.fire(EventIds.finEarly);
  }

  /** What sluice answers. Undefined where a host does. */
  answer(): Reply | undefined {
    const isTaken = this.#connection.link?.takesFault(this.#fault, this.#place) === true;
    return isTaken ? undefined : faultReply(this.#fault);
  }

  /** Who reads the content is told. */
  failContent(): void {
    const { link, exchange } = this.#connection;
    link?.tellFault(this.#fault, this.#place);
    exchange?.contentFailed(bodyError(this.#fault));
  }

  #note(fault: FaultId, end: ConnectionEnd): void {
    const { ending, accounts, now } = this.#connection;
    this.#fault = fault;
    ending.note(end);
    accounts?.fault(faultCode(fault), now);
  }
}
