// The watcher of one response: is it what its request was to get?

import { valuesOf } from '../support/response-head-parser.js';
import { contentOf, type StreamedResponse } from '../support/response-stream.js';
import {
  type Circumstances,
  expectedContent,
  mayBeCut,
  mayBeReplaced,
  ownStatuses,
} from './allowed-outcomes.js';
import type { Message } from './planned-request.js';

/** @param isWhole all of its content came */
export function* checkResponse(
  response: StreamedResponse,
  isWhole: boolean,
  message: Message,
  circumstances: Circumstances,
): Generator<string> {
  const { head } = response;
  const { id, plan } = message;
  const where = `the response to ${id}`;
  const ids = valuesOf(head, 'x-id');
  if (valuesOf(head, 'date').length !== 1) yield `${where} has no single Date`;
  const connection = valuesOf(head, 'connection').join();
  if (!['', 'close', 'keep-alive'].includes(connection)) yield `${where} says ${connection}`;
  const mustClose = message.closes || (plan.closes && ids.length > 0 && !isError(head));
  if (mustClose && connection !== 'close') yield `${where} does not say close`;
  if (message.versionMinor === 0 && response.framing === 'chunked')
    yield `${where} is chunked for 1.0`;
  yield* checkInterim(
    response.interim.map(({ status }) => status),
    message,
  );
  if (ids.length === 0) {
    const own = ownStatuses(message, circumstances);
    if (!own.includes(head.status)) yield `${where} is ${head.status}, which nothing explains`;
    return;
  }
  if (ids.join() !== id) {
    yield `${where} is the one to ${ids.join()}`;
    return;
  }
  if (isError(head)) {
    if (!mayBeReplaced(message)) yield `${where} is an error: ${head.status}`;
    return;
  }
  if (head.status !== plan.status) yield `${where} has status ${head.status}, not ${plan.status}`;
  if (message.method === 'HEAD') return;
  yield* checkContent(response, isWhole, message, where);
}

function isError(head: StreamedResponse['head']): boolean {
  return valuesOf(head, 'x-error').length > 0;
}

function* checkContent(
  response: StreamedResponse,
  isWhole: boolean,
  message: Message,
  where: string,
): Generator<string> {
  const expected = expectedContent(message);
  const got = contentOf(response);
  if (Buffer.compare(expected.subarray(0, got.length), got) !== 0)
    yield `${where} has other content`;
  else if (isWhole && got.length < expected.length)
    yield `${where} has ${got.length} bytes of ${expected.length}, and is complete`;
  if (isWhole && mayBeCut(message) === 'always') yield `${where} can't be complete`;
  const { stream, status } = message.plan;
  if (!isWhole || response.framing !== 'chunked' || status !== 200) return;
  const hasTrailers =
    message.takesTrailers &&
    stream !== undefined &&
    stream.trailers !== 'none' &&
    stream.source !== 'response';
  const trailers = response.trailers.flat().join();
  if (trailers !== (hasTrailers ? `X-Sum,${message.id}` : ''))
    yield `${where} has trailers ${trailers}`;
}

export function* checkInterim(statuses: readonly number[], message: Message): Generator<string> {
  const continues = statuses.filter((status) => status === 100).length;
  if (continues > 1 || (continues === 1 && !message.expectsContinue))
    yield `${continues} times 100 for ${message.id}`;
  const hints = statuses.length - continues;
  if (hints > message.plan.interim || (hints > 0 && message.versionMinor === 0))
    yield `${hints} interim responses for ${message.id}`;
}
