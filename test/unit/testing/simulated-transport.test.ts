import type { Transport } from '../../../src/conn/transport.js';
import {
  type LinkOptions,
  RecordingSink,
  SimulatedNetwork,
} from '../../../src/testing/network/index.js';
import { type ContractPair, describeTransport } from '../../support/transport-contract.js';

async function openSimulated(seed: number, link: LinkOptions): Promise<ContractPair> {
  const network = new SimulatedNetwork({ seed, link });
  const { clock } = network;
  const clientSink = new RecordingSink();
  const serverSink = new RecordingSink();
  let server: Transport | undefined;
  network.listen((transport) => {
    server = transport;
    return serverSink;
  });
  const client = network.connect(() => clientSink);
  clock.run();
  if (server === undefined) throw new Error('nobody was accepted');
  return {
    client: { transport: client, sink: clientSink },
    server: { transport: server, sink: serverSink },
    async until(holds) {
      clock.run({ when: holds });
      if (!holds()) throw new Error('the network is idle, and it does not hold');
    },
    async settle() {
      clock.run();
    },
    async close() {
      client.destroy();
      server?.destroy();
      clock.run();
    },
  };
}

describeTransport('SimulatedTransport', 500_000, () => openSimulated(1, {}));

describeTransport('SimulatedTransport on a bad line', 200_000, () =>
  openSimulated(2, {
    split: 'random',
    jitterMs: 3,
    coalesceChance: 0.3,
    sendBufferBytes: 30_011,
    receiveBufferBytes: 20_011,
    readBytesMax: 9_001,
    flushDelayMs: 5,
    resetDiscardsChance: 0.5,
    resetAsFinChance: 0.5,
  }),
);
