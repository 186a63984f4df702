// The watcher of one tunnel: what each side read is what the other has written, up to where it was cut.

import { valuesOf } from '../support/response-head-parser.js';
import { contentOf, type StreamedResponse } from '../support/response-stream.js';
import type { Client } from './client.js';
import type { Message } from './planned-request.js';
import type { SimulatedRun } from './simulated-run.js';

/** @param isWhole the client has read all that the server has written */
export function* checkTunnel(
  response: StreamedResponse,
  isWhole: boolean,
  message: Message,
  client: Client,
  simulated: SimulatedRun,
): Generator<string> {
  const { head } = response;
  const where = `the tunnel of ${message.id}`;
  const fields = ['x-id', 'connection', 'upgrade', 'date'].map((name) => valuesOf(head, name));
  if (fields.join('; ') !== `${message.id}; Upgrade; sim; `) yield `${where} begins with ${fields}`;
  const run = simulated.runs.get(message.id)?.tunnel;
  if (run === undefined) {
    yield `${where} is none that a handler has opened`;
    return;
  }
  const { messages } = client.script;
  const at = messages.indexOf(message);
  const before = Buffer.concat(messages.slice(0, at + 1).map(({ bytes }) => bytes)).length;
  const sent = Buffer.concat(messages.slice(at + 1).map(({ bytes }) => bytes));
  const read = Buffer.concat(run.read);
  if (!sent.subarray(0, read.length).equals(read)) yield `${where} was given other bytes`;
  const isSure = !client.careless && !simulated.linkBreaks(client.number);
  const left = client.writtenBytes - client.droppedBytes - before;
  if (run.hasEnded && isSure && read.length !== left)
    yield `${where} has ended after ${read.length} bytes of ${left}`;
  const got = contentOf(response);
  const written = Buffer.concat(run.written);
  const all = run.plan.echoes ? read : Buffer.concat(run.plan.acts.map(() => run.bytes()));
  if (!all.subarray(0, got.length).equals(got) || got.length > all.length)
    yield `${where} gives other bytes`;
  // Where a reset throws, the connection is only closed: what was cut looks as its end.
  if (isWhole && isSure && got.length !== written.length)
    yield `${where} gives ${got.length} bytes of ${written.length}, and a FIN`;
  if (run.over === 'inOrder' && run.plan.readMs < Infinity && !run.hasEnded)
    yield `${where} is over in order, and its reader was not told of the end`;
  // Both ways have ended, and nothing was cut: that is what its owner was told.
  const log = simulated.log.of(client.number);
  if (run.over === 'inOrder' && log.saw('cut', 'reset')) yield `${where} was cut in order`;
}
