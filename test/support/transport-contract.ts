// What every Transport must do, as sentences that run on any of them. A network
// that passes them may stand in for another.

import { test } from 'vitest';
import { describeArrival } from './transport-contract/arrival.js';
import type { OnPair, OpenPair } from './transport-contract/contract-pair.js';
import { describeEnd } from './transport-contract/end.js';
import { describePace } from './transport-contract/pace.js';

export type { ContractEnd, ContractPair, OpenPair } from './transport-contract/contract-pair.js';

/** @param manyBytes More than the network holds between two ends. */
export function describeTransport(name: string, manyBytes: number, open: OpenPair): void {
  const on: OnPair = (sentence, body) => {
    test(sentence, async () => {
      const pair = await open();
      try {
        await body(pair);
      } finally {
        await pair.close();
      }
    });
  };
  describeArrival(name, manyBytes, on);
  describePace(name, manyBytes, on);
  describeEnd(name, manyBytes, on);
}
