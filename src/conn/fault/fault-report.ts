// A peer's mistake as others are told of it: `onFault`, observers, and who reads the content.

import { type FaultId, faultCode, faultRow } from '../../fsm/faults.js';
import { latin1 } from '../../http/latin1.js';
import { BodyError } from '../../http/request/body-error.js';
import type { FaultReport } from '../../observe/observer.js';
import type { Lifecycle } from '../machine/lifecycle.js';
import type { Transport, TransportAddress } from '../transport.js';
import { masked } from './masked.js';

const HTAB = 0x09;
const LF = 0x0a;
const SP = 0x20;

/** Bytes shown on either side of the place. */
const AROUND_BYTES = 32;

/** The connection, as a report tells of it. */
export interface FaultyConnection {
  readonly id: number;
  readonly life: Lifecycle;
  readonly transport: Transport;
}

/**
 * Where a fault was found. The memory may be one that all connections read into: behind `to` stands what
 * others have left there.
 */
export interface FaultPlace {
  /** Memory in which `[from, to)` came from this peer, and is of this message or follows it. */
  readonly bytes: Uint8Array;
  /** The message, or its content, begins here. */
  readonly from: number;
  readonly at: number;
  readonly to: number;
}

/**
 * @param place left out where no byte was wrong
 * @param isRaw credentials are shown, too
 */
export function faultReport(
  fault: FaultId,
  offset: number,
  connection: FaultyConnection,
  place?: FaultPlace,
  isRaw = false,
): FaultReport {
  const { status, section, text } = faultRow(fault);
  const { life } = connection;
  const report = {
    code: faultCode(fault),
    status,
    section,
    text,
    offset,
    state: life.name,
    bytes: place === undefined ? '' : around(place, isRaw),
    remoteAddress: connection.transport.remote.address,
    connectionId: connection.id,
  };
  return life.trace === undefined ? report : { ...report, transitions: life.trace.transitions() };
}

/** The same of what never became a connection. */
export function arrivalReport(
  state: 'handshake' | 'proxyHeader',
  fault: FaultId,
  remote: TransportAddress,
  offset: number,
  place?: FaultPlace,
): FaultReport {
  const { status, section, text } = faultRow(fault);
  return {
    code: faultCode(fault),
    status,
    section,
    text,
    offset,
    state,
    bytes: place === undefined ? '' : around(place, false),
    remoteAddress: remote.address,
    connectionId: 0,
  };
}

/** The same of a TLS handshake. */
export function handshakeReport(
  fault: FaultId,
  remote: TransportAddress,
  alert: string | undefined,
): FaultReport {
  const report = arrivalReport('handshake', fault, remote, 0);
  return alert === undefined ? report : { ...report, alert };
}

function around({ bytes, from, at, to }: FaultPlace, isRaw: boolean): string {
  const shownFrom = Math.max(from, at - AROUND_BYTES);
  const shownTo = Math.min(to, at + AROUND_BYTES);
  if (isRaw) return latin1(bytes, shownFrom, shownTo);
  // What a value belongs to stands at the beginning of its line.
  const lineFrom = linesBefore(bytes, from, shownFrom);
  return masked(latin1(bytes, lineFrom, shownTo)).slice(shownFrom - lineFrom);
}

/** A line end may stand where none belongs, within a name or behind it: so many lines before are looked at, too. */
const LINES_BEFORE = 2;

function linesBefore(bytes: Uint8Array, from: number, at: number): number {
  let i = lineBefore(bytes, from, at);
  for (let n = 0; n < LINES_BEFORE && i > from; n++) i = lineBefore(bytes, from, i - 1);
  return i;
}

/** Where the field line begins that goes through `at`. A folded line belongs to the one before it. */
function lineBefore(bytes: Uint8Array, from: number, at: number): number {
  let i = at;
  for (; i > from; i--) {
    const isAtStart = bytes[i - 1] === LF && bytes[i] !== SP && bytes[i] !== HTAB;
    if (isAtStart) break;
  }
  return i;
}

/** What a reader of the content gets in its place. */
export function bodyError(fault: FaultId): BodyError {
  const { status, text } = faultRow(fault);
  return new BodyError(faultCode(fault), status, text);
}

/** The same where the memory of all connections is used up, and stays so. */
export function bodyStarved(): BodyError {
  return new BodyError(
    'SLUICE_BODY_MEMORY_SHORT',
    503,
    'the server has no memory left to put the content into; try again later',
  );
}

/** The same for a handler that answers before it has read the content, and reads on, or begins too late. */
export function bodyAbandoned(): BodyError {
  return new BodyError(
    'SLUICE_BODY_ABANDONED',
    400,
    'the reply was sent, or was silent for too long, before the content was read',
  );
}
