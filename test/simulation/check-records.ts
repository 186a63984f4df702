// What observers are told of the requests of a connection, held against itself and against what its client
// has sent and got.

import type {
  RequestCompleted,
  RequestEnd,
  RequestRefused,
  RequestStarted,
} from '../../src/index.js';
import type { Client } from './client.js';
import type { Message } from './planned-request.js';
import type { ConnectionLog } from './server-log.js';
import type { SimulatedRun } from './simulated-run.js';

/** The records of one connection. Pairs are pairs: each that begins ends once, before its connection does. */
export class RequestRecords {
  /** In the order in which they ended. */
  readonly ends: RequestEnd[] = [];
  /** Why requests were refused. */
  readonly refusals: string[] = [];
  /** Began and have not ended. */
  readonly started: Set<number> = new Set();
  readonly #seen: Set<number> = new Set();
  readonly #fail: (what: string) => void;

  constructor(fail: (what: string) => void) {
    this.#fail = fail;
  }

  /** Ended, and had a whole head. */
  get requests(): readonly RequestEnd[] {
    return this.ends.filter(({ httpVersion }) => httpVersion !== '');
  }

  start({ requestId, waitedMs }: RequestStarted): void {
    if (this.#seen.has(requestId))
      this.#fail(`request ${requestId} started twice, or after its end`);
    if (!(waitedMs >= 0)) this.#fail(`request ${requestId} waited ${waitedMs} ms`);
    this.#seen.add(requestId);
    this.started.add(requestId);
  }

  complete(record: RequestCompleted): void {
    const { requestId, delivered, reason, handlerMs } = record;
    if (!this.started.delete(requestId))
      this.#fail(`request ${requestId} completed, and never started`);
    if (delivered !== (reason === undefined))
      this.#fail(`request ${requestId}: delivered ${delivered}, and the reason is ${reason}`);
    if (!(handlerMs >= 0)) this.#fail(`the handler of request ${requestId} took ${handlerMs} ms`);
    this.#end(record);
  }

  refuse(record: RequestRefused): void {
    const { requestId, reason } = record;
    if (this.#seen.has(requestId)) this.#fail(`request ${requestId} refused, and started before`);
    this.refusals.push(reason);
    this.#seen.add(requestId);
    this.#end(record);
  }

  #end(record: RequestEnd): void {
    this.ends.push(record);
    const { requestId, waitedMs, durationMs, delivered, status, responseBytes } = record;
    // A transport that throws tells nothing more of what it has taken.
    if (!(waitedMs >= 0 && durationMs >= waitedMs))
      this.#fail(`request ${requestId} took ${durationMs} ms, of which it waited ${waitedMs}`);
    if (delivered !== (status !== 0) && delivered)
      this.#fail(`request ${requestId} was answered with ${status}`);
    if (responseBytes === 0 && status !== 0)
      this.#fail(`request ${requestId} was answered with ${status}, in no bytes`);
  }
}

export function* checkRecords(
  client: Client,
  log: ConnectionLog,
  simulated: SimulatedRun,
): Generator<string> {
  const { records } = log;
  const { ends, requests } = records;
  if (records.started.size > 0) yield `${records.started.size} requests started and never ended`;
  if (requests.length !== log.begun)
    yield `${log.begun} requests began, and ${requests.length} ended`;
  const firstLost = ends.findIndex(({ delivered }) => !delivered);
  if (firstLost >= 0 && ends.slice(firstLost).some(({ delivered }) => delivered))
    yield 'a response was delivered after one that was not';
  const mayBreak = simulated.seams.mayBreak(client.number);
  if (firstLost >= 0 && !log.saw('cut', 'reset', 'gone') && !mayBreak)
    yield 'a request was lost, and the connection neither cut nor reset nor gone';
  const unknown = records.refusals.find(
    (reason) => typeof reason !== 'string' || (reason === 'closed' && !mayBreak),
  );
  if (unknown !== undefined) yield `a request was refused for no reason: ${unknown}`;
  yield* checkBytes(client, log, mayBreak);
  yield* checkRequestBytes(client, log, simulated);
  yield* checkStatuses(client, log, mayBreak);
}

function* checkBytes(client: Client, log: ConnectionLog, mayBreak: boolean): Generator<string> {
  const { ends } = log.records;
  const sum = (of: (record: RequestEnd) => number): number =>
    ends.reduce((all, record) => all + of(record), 0);
  const responseBytes = sum((record) => record.responseBytes);
  // Of a write that throws nothing is told.
  if (responseBytes > log.writtenBytes)
    yield `${log.writtenBytes} bytes were written, and ${responseBytes} are told to have left`;
  if (!log.saw('reset') && !mayBreak && responseBytes < client.receivedBytes)
    yield `${client.receivedBytes} bytes came, and ${responseBytes} are told to have left`;
  if (!log.saw('cut', 'reset', 'gone') && !mayBreak && responseBytes !== log.writtenBytes)
    yield `${log.writtenBytes} bytes were written and left, and ${responseBytes} are told`;
  const requestBytes = sum((record) => record.requestBytes);
  if (requestBytes > client.writtenBytes)
    yield `${client.writtenBytes} bytes were sent, and ${requestBytes} are told to have come`;
}

/** Of each request, and of a tunnel, what came is what its client has sent. */
function* checkRequestBytes(
  { script: { messages } }: Client,
  log: ConnectionLog,
  simulated: SimulatedRun,
): Generator<string> {
  for (const [i, record] of log.records.requests.entries()) {
    const message = messages[i];
    if (message === undefined || message.mistake !== undefined) continue;
    const { requestBytes: bytes, requestContentBytes: contentBytes } = record;
    const all = lengthOf(message);
    const told = `${message.id} has ${all} bytes with ${message.content.length} of content, and ${bytes} with ${contentBytes} are told`;
    const isLast = i === log.records.requests.length - 1;
    // What comes through a tunnel is content of the request that has made it, though no byte of its 101 has left.
    if (isLast && log.saw('upgraded')) {
      const behind = bytesBehind(messages, i);
      const chunks = simulated.runs.get(message.id)?.tunnel?.read ?? [];
      const read = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      const mayBe = read <= contentBytes && contentBytes <= behind;
      if (!mayBe || bytes !== all + contentBytes) yield `${told}; ${read} were read of its tunnel`;
      continue;
    }
    // Where content breaks a rule (it is too long, it comes too slowly), no request is read behind it.
    const behind = isLast && log.saw('fault') ? bytesBehind(messages, i) : 0;
    if (bytes > all + behind || contentBytes > message.content.length) yield told;
    // What follows shows that it was read to its end.
    if (!isLast && (bytes !== all || contentBytes !== message.content.length)) yield told;
  }
}

/** Bytes of the messages behind message `i`. */
function bytesBehind(messages: readonly Message[], i: number): number {
  return messages.slice(i + 1).reduce((sum, next) => sum + next.bytes.length, 0);
}

/** Empty lines in front of a request are not of it. */
function lengthOf({ bytes }: Message): number {
  let from = 0;
  while (bytes[from] === 0x0d) from += 2;
  return bytes.length - from;
}

/** Of each response that came, its status and what came of its content. */
function* checkStatuses(client: Client, log: ConnectionLog, mayBreak: boolean): Generator<string> {
  const { ends } = log.records;
  for (const [i, response] of client.stream.responses.entries()) {
    const record = ends[i];
    // After a reset it is not known how much had left.
    if (record === undefined || (record.status === 0 && (log.saw('reset') || mayBreak))) return;
    const { requestId, httpVersion, status, responseContentBytes, delivered } = record;
    if (status !== response.head.status)
      yield `request ${requestId} was answered with ${response.head.status}, and ${status} is told`;
    // Of a head that is not whole the method may be unknown: a HEAD may get content.
    // Without a length, a reset may look as the end of the response: to a client that had not read all, it comes
    // as a FIN. Lingering may end before the client does: then what it still sends is answered by a reset.
    const wasReset = log.saw('reset', 'lingerOver') || log.ends.includes('reset');
    const mayBeShort = response.framing === 'close' && wasReset;
    const isWhole =
      delivered && response.complete && httpVersion !== '' && status !== 101 && !mayBeShort;
    if (isWhole && responseContentBytes !== response.contentBytes)
      yield `request ${requestId} got ${response.contentBytes} bytes of content, and ${responseContentBytes} are told`;
    // Cut off, as many have left as came, or more.
    if (!log.saw('reset') && !mayBreak && responseContentBytes < response.contentBytes)
      yield `request ${requestId} got ${response.contentBytes} bytes of content, and only ${responseContentBytes} are told`;
  }
}
