// A peer's mistake as others are told of it: `onFault`, and who reads the content.

import { type FaultId, faultCode, faultRow } from '../fsm/faults.js';
import { BodyError } from '../http/body-error.js';
import type { Lifecycle } from './lifecycle.js';
import type { FaultReport } from './service.js';
import type { Transport } from './transport.js';

/** Bytes shown on either side of the place. */
const AROUND_BYTES = 32;

interface FaultyConnection {
  readonly id: number;
  readonly life: Lifecycle;
  readonly transport: Transport;
}

/** @param at where in `bytes` the fault was found; left out where no byte was wrong */
export function faultReport(
  fault: FaultId,
  offset: number,
  connection: FaultyConnection,
  bytes?: Uint8Array,
  at: number = 0,
): FaultReport {
  const { status, section, text } = faultRow(fault);
  return {
    code: faultCode(fault),
    status,
    section,
    text,
    offset,
    state: connection.life.name,
    bytes: bytes === undefined ? '' : around(bytes, at),
    remoteAddress: connection.transport.remote.address,
    connectionId: connection.id,
  };
}

function around(bytes: Uint8Array, at: number): string {
  const from = Math.max(0, at - AROUND_BYTES);
  return Buffer.from(bytes.subarray(from, at + AROUND_BYTES)).toString('latin1');
}

/** What a reader of the content gets in its place. */
export function bodyError(fault: FaultId): BodyError {
  const { status, text } = faultRow(fault);
  return new BodyError(faultCode(fault), status, text);
}

/** The same for a handler that answers before it has read the content, and reads on. */
export function bodyAbandoned(): BodyError {
  return new BodyError(
    'SLUICE_BODY_ABANDONED',
    400,
    'the reply was sent before the content was read',
  );
}
