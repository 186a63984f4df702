// A connected pair of transports, as the sentences of the contract use it.

import type { Transport } from '../../../src/conn/transport.js';
import type { RecordingSink } from '../../../src/testing/network/index.js';

export interface ContractEnd {
  readonly transport: Transport;
  readonly sink: RecordingSink;
}

export interface ContractPair {
  readonly client: ContractEnd;
  readonly server: ContractEnd;
  /** Lets the network run until this holds. Fails where it never does. */
  until(holds: () => boolean): Promise<void>;
  /** Lets the network run until nothing more is likely to happen. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a connected pair. */
export type OpenPair = () => Promise<ContractPair>;

/** Declares a test of a pair that is opened for it. */
export type OnPair = (sentence: string, body: (pair: ContractPair) => Promise<void>) => void;

/**
 * The server stops reading, and the client writes more than the network holds.
 *
 * @param manyBytes More than the network holds between two ends.
 */
export async function fill(
  { client, server, settle }: ContractPair,
  manyBytes: number,
): Promise<void> {
  server.transport.pause();
  client.transport.write(new Uint8Array(manyBytes));
  await settle();
}
