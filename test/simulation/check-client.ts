// The watcher of one conversation: one response a request, in order, or an end with
// a reason. It knows what was sent, what was planned, what came back, and what the
// server says of the connection.

import { valuesOf } from '../support/response-head-parser.js';
import { circumstancesOf, mayBeCut } from './allowed-outcomes.js';
import { checkRecords } from './check-records.js';
import { checkInterim, checkResponse } from './check-response.js';
import { checkTunnel } from './check-tunnel.js';
import type { Client } from './client.js';
import type { Message } from './planned-request.js';
import type { ConnectionLog } from './server-log.js';
import type { SimulatedRun } from './simulated-run.js';

export function* checkClient(
  client: Client,
  log: ConnectionLog,
  simulated: SimulatedRun,
): Generator<string> {
  const { responses, interim } = client.stream;
  const { messages } = client.script;
  const circumstances = circumstancesOf(client, simulated);
  yield* checkServerSide(client, log, simulated);
  if (responses.length > messages.length)
    yield `${responses.length} responses to ${messages.length}`;
  for (const [i, response] of responses.entries()) {
    const message = messages[i];
    if (message === undefined) break;
    if (sentBefore(client, i) >= client.writtenBytes)
      yield `a response to ${message.id}, of which nothing was sent`;
    // Where a reset can look like an end in order, nobody knows whether such content is whole.
    const isWhole =
      response.complete && (response.framing !== 'close' || !simulated.hidesResets(client.number));
    if (response.head.status === 101)
      yield* checkTunnel(response, isWhole, message, client, simulated);
    else yield* checkResponse(response, isWhole, message, circumstances);
    if (!response.complete) {
      if (i < responses.length - 1) yield `a response within the one to ${message.id}`;
      yield* checkCut(client, log, message, simulated);
    }
  }
  const next = messages[responses.length];
  if (interim.length > 0 && next !== undefined)
    yield* checkInterim(
      interim.map(({ status }) => status),
      next,
    );
  yield* checkEnd(client, log, simulated);
}

/** What the server says of the connection must hold together. */
function* checkServerSide(
  client: Client,
  log: ConnectionLog,
  simulated: SimulatedRun,
): Generator<string> {
  if (log.opened && !log.closed) yield 'its connection is never closed';
  yield* checkRecords(client, log, simulated);
  const mayBreak = simulated.seams.mayBreak(client.number);
  const flushed = log.events.filter((event) => event === 'flushed').length;
  const delivered = log.records.ends.filter((record) => record.delivered).length;
  if (delivered > flushed)
    yield `${delivered} requests are said to be answered, and ${flushed} were`;
  // The last one may have come though the server was not told that it left.
  const answered = flushed + (log.saw('cut', 'reset') || mayBreak ? 1 : 0);
  if (client.stream.completeCount > answered)
    yield `${client.stream.completeCount} responses came, and ${answered} left`;
}

/** A response that is not whole has a reason. */
function* checkCut(
  client: Client,
  log: ConnectionLog,
  message: Message,
  simulated: SimulatedRun,
): Generator<string> {
  if (client.careless || simulated.linkBreaks(client.number)) return;
  if (!log.saw('cut', 'lingerOver'))
    yield `the response to ${message.id} is not whole, and nothing was cut`;
  if (client.sawFin && !simulated.hidesResets(client.number))
    yield `the response to ${message.id} is not whole, and ended with a FIN`;
}

/** The end of the conversation has a reason, and nothing that had left was lost. */
function* checkEnd(client: Client, log: ConnectionLog, simulated: SimulatedRun): Generator<string> {
  if (log.saw('cut')) yield* checkCutReason(client, simulated);
  if (client.careless || simulated.linkBreaks(client.number) || !log.opened) return;
  if (!client.sawFin && !client.sawReset) {
    yield 'the server never ended the connection';
    return;
  }
  const lingered = log.saw('lingerOver');
  if (client.sawReset && !log.saw('cut') && !lingered) yield 'a reset without a reason';
  if (client.sawFin && !lingered && client.receivedBytes !== log.writtenBytes && !log.saw('cut'))
    yield `${log.writtenBytes} bytes were written, and ${client.receivedBytes} came`;
  if (log.saw('cut') || lingered) return;
  const { responses } = client.stream;
  const last = responses.at(-1);
  // What follows an upgrade are bytes of its tunnel.
  if (last?.head.status === 101) return;
  const unanswered = client.script.messages[responses.length];
  if (unanswered === undefined || sentBefore(client, responses.length + 1) > client.writtenBytes)
    return;
  const saidClose = last !== undefined && valuesOf(last.head, 'connection').includes('close');
  // The server had said goodbye before this request reached it, or was asked to drain; or what
  // followed an early response was too much, or wrong.
  const early = client.script.messages[responses.length - 1]?.hasContent === true;
  const parted =
    log.saw('gone') ||
    crossed(client, log, sentBefore(client, responses.length + 1), simulated) ||
    (early && log.saw('drainLimit', 'fault')) ||
    simulated.drained !== 'no';
  if (!saidClose && !parted) yield `${unanswered.id} was sent and never answered`;
}

/** The server ended the idle connection while so many bytes were on their way, or before. */
function crossed(
  client: Client,
  log: ConnectionLog,
  bytes: number,
  simulated: SimulatedRun,
): boolean {
  const { timedOutAtMs } = log;
  if (timedOutAtMs === undefined) return false;
  if (simulated.linkIsSlow(client.number)) return true;
  const sentAtMs = client.writtenAt.find(([written]) => written >= bytes)?.[1] ?? 0;
  return sentAtMs >= timedOutAtMs - FAST_MS;
}

/** Longer than bytes take on a link that is not slow. */
const FAST_MS = 15;

function* checkCutReason(client: Client, simulated: SimulatedRun): Generator<string> {
  const { messages, readPause } = client.script;
  const planned = messages.some((message) => mayBeCut(message) !== 'never');
  const slow = readPause !== undefined || simulated.linkIsSlow(client.number);
  const broken = client.careless || client.ended || simulated.linkBreaks(client.number);
  if (!planned && !slow && !broken && simulated.drained === 'no' && !simulated.isShortOfMemory)
    yield 'the connection was cut without a reason';
}

/** Bytes in front of the message at `index`. */
function sentBefore(client: Client, index: number): number {
  let bytes = 0;
  for (let i = 0; i < index; i++) bytes += client.script.messages[i]?.bytes.length ?? 0;
  return bytes;
}
