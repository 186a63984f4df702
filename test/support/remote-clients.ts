// Clients in a thread of their own: they connect and send while the loop of the test, and of the
// server in it, is held up.

import { Worker } from 'node:worker_threads';

/** What a client got until its connection ended, and whether it ended in order. */
export interface Outcome {
  readonly text: string;
  readonly isReset: boolean;
}

const PROGRAM = `
  const { workerData, parentPort } = require('node:worker_threads');
  const { connect } = require('node:net');
  const { port, count, bytes, sent } = workerData;
  for (let i = 0; i < count; i++) {
    let text = '';
    let isReset = false;
    const socket = connect(port, '127.0.0.1');
    socket.write(bytes, () => {
      Atomics.add(sent, 0, 1);
      Atomics.notify(sent, 0);
    });
    socket.on('data', (piece) => { text += piece.toString('latin1'); });
    socket.on('error', () => { isReset = true; });
    socket.on('close', () => parentPort.postMessage({ text, isReset }));
  }
`;

/**
 * Has `count` clients connect and send, and returns when the kernel has their bytes: this thread did
 * nothing else meanwhile.
 *
 * @returns how each of them ended
 */
export function sendWhileHeldUp(
  port: number,
  count: number,
  bytes: string,
): Promise<readonly Outcome[]> {
  const sent = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(PROGRAM, { eval: true, workerData: { port, count, bytes, sent } });
  const outcomes: Outcome[] = [];
  const ended = new Promise<readonly Outcome[]>((resolve, reject) => {
    worker.on('error', reject);
    worker.on('message', (outcome: Outcome) => {
      outcomes.push(outcome);
      if (outcomes.length === count) resolve(outcomes);
    });
  });
  for (let done = 0; done < count; done = Atomics.load(sent, 0)) {
    if (Atomics.wait(sent, 0, done, 15_000) === 'timed-out') throw new Error(`${done} have sent`);
  }
  return ended.finally(() => worker.terminate());
}
