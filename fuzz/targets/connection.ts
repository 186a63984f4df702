// A whole connection: the bytes reach a server over a simulated network that cuts them, with a client
// that may close its side or reset. The first byte of an input says how; the rest is what is sent.

import { type Reply, reply } from '../../src/index.js';
import { createSimulatedServer, type LinkOptions, RecordingSink } from '../../src/testing/index.js';
import {
  latin1Bytes,
  latin1Text,
  parseRequests,
  type ReferenceMessage,
  type ReferenceResult,
} from '../../test/reference/parse-requests.js';
import { type ReferenceResponse, readResponses } from '../../test/reference/responses.js';
import { LIMITS, textOf } from '../invariants.js';

/** Longer than any deadline. */
const FOREVER_MS = 24 * 3600 * 1000;

/** How the client behaves and the network, as the bits of a byte. */
interface Manner {
  readonly link: LinkOptions;
  readonly fin: boolean;
  readonly resets: boolean;
  readonly seed: number;
}

const SPLITS = ['whole', 'random', 'bytes', 'random'] as const;

function mannerOf(byte: number): Manner {
  return {
    link: {
      split: SPLITS[byte & 3] ?? 'whole',
      coalesceChance: (byte & 4) === 0 ? 0 : 0.5,
      sendBufferBytes: (byte & 8) === 0 ? 65_536 : 100,
      receiveBufferBytes: (byte & 8) === 0 ? 65_536 : 100,
    },
    fin: (byte & 16) !== 0,
    resets: (byte & 0xe0) === 0xe0,
    seed: byte >> 5,
  };
}

/** @throws Error where an invariant does not hold for this connection */
export async function connection(bytes: Uint8Array): Promise<void> {
  const manner = mannerOf(bytes[0] ?? 0);
  const text = textOf('', bytes.subarray(1));
  const errors: unknown[] = [];
  const { server, network, clock, sleep } = createSimulatedServer(
    {
      limits: LIMITS,
      fetch: (request, { target }) => answer(request, target, sleep),
      onError: (error) => {
        errors.push(error);
      },
    },
    { link: manner.link, seed: manner.seed },
  );
  const heard = new RecordingSink();
  const client = network.connect(() => heard);
  client.write(latin1Bytes(text));
  if (manner.resets) client.reset();
  else if (manner.fin) client.end();
  await clock.runAsync({ until: FOREVER_MS });
  for (const error of errors) if (!isExpected(error)) throw error;
  nothingIsLeft(server.stats());
  if (!manner.resets) checkResponses(text, heard, manner);
}

class Expected extends Error {}

/** What the handlers throw on purpose, and what a body that came wrongly is read as. */
function isExpected(error: unknown): boolean {
  return (
    error instanceof Expected || (error as { name?: string } | undefined)?.name === 'BodyError'
  );
}

/** By the last character of the target: what handlers do. All but `/e` and `/t` read the content. */
async function answer(
  request: Request,
  target: string,
  sleep: (ms: number) => Promise<void>,
): Promise<Reply> {
  switch (target.at(-1)) {
    case 'e':
      return reply('early');
    case 't':
      throw new Expected('thrown');
    case 'c':
      return reply(await request.text(), { headers: { Connection: 'close' } });
    case 'd':
      await sleep(20);
      return reply(await request.text());
    case 's':
      return reply(pieces(latin1Text(new Uint8Array(await request.arrayBuffer()))), {
        trailers: { 'X-Sum': '1' },
      });
    default:
      return reply(new Uint8Array(await request.arrayBuffer()));
  }
}

async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < text.length; at += 7) yield latin1Bytes(text.slice(at, at + 7));
}

type Stats = ReturnType<ReturnType<typeof createSimulatedServer>['server']['stats']>;

/** After every deadline, no connection, slot, place in the queue or byte is taken. */
function nothingIsLeft({ connections, inFlight, queued, bytes }: Stats): void {
  const open = Object.values(connections).reduce((sum, count) => sum + count, 0);
  if (open + inFlight + queued + bytes > 0)
    throw new Error(`left over: ${JSON.stringify({ connections, inFlight, queued, bytes })}`);
}

/** A response a request, in order, and none besides; then an end that the server told. */
function checkResponses(text: string, heard: RecordingSink, { fin }: Manner): void {
  const reference = parseRequests(latin1Bytes(text), { fin }, LIMITS);
  const { messages, outcome } = reference;
  const stoppedAt = messages.at(-1)?.end ?? 0;
  // A method is known once the space behind it has come.
  const method = /^(?:\r\n)*(\S*) /.exec(text.slice(stoppedAt))?.[1] ?? '';
  const { responses, rest } = readResponses(
    heard.text,
    (index) => messages[index] ?? { method, versionMinor: versionOf(reference, text) },
    true,
  );
  if (rest !== '') throw new Error(`a response is not whole: ${JSON.stringify(rest)}`);
  for (const [i, response] of responses.entries()) checkResponse(response, i, reference);
  const closedEarly = responses.length < messages.length && responses.at(-1)?.persistent === false;
  if (responses.length < messages.length && !closedEarly)
    throw new Error(`${responses.length} responses to ${messages.length} requests`);
  const refused = outcome.kind === 'refused' && !closedEarly;
  const all = messages.length + (refused ? 1 : 0);
  const lastCloses = responses[messages.length - 1]?.persistent === false;
  if (refused && responses.length < all && !lastCloses)
    throw new Error('a refused request has no response');
  if (outcome.kind === 'end' && responses.length > all)
    throw new Error(`${responses.length} responses to ${messages.length} requests`);
  if (responses.length > messages.length + 1)
    throw new Error(`${responses.length - messages.length} responses to a bad request`);
  if (heard.finCount + heard.resetCount !== 1) throw new Error('the server did not end');
}

/** Of the message that the oracle did not accept. */
function versionOf({ outcome }: ReferenceResult, text: string): number {
  if (outcome.kind !== 'end' && outcome.head !== undefined) return outcome.head.versionMinor;
  return / HTTP\/1\.0/.test(text) ? 0 : 1;
}

/** URLs with the hosts of a message. */
function hostsOf({ fields, target, targetForm }: ReferenceMessage): string[] {
  const hosts = fields.filter(([name]) => name.toLowerCase() === 'host');
  const urls = hosts.map(([, value]) => `http://${value}/`);
  return targetForm === 'absolute' ? [target, ...urls] : urls;
}

function checkResponse(
  response: ReferenceResponse,
  index: number,
  { messages, outcome }: ReferenceResult,
): void {
  const { status } = response;
  const message = messages[index];
  if (message === undefined) {
    // A handler may have answered before the content went wrong, or the message took too long.
    const early = outcome.kind !== 'end' && outcome.within === 'content' && status < 400;
    const allowed = outcome.kind === 'end' ? [] : [...outcome.statuses, 408, 500];
    if (!early && !allowed.includes(status)) throw new Error(`${status}, not one of ${allowed}`);
    return;
  }
  // Whether Unicode allows a name the oracle doesn't know; the server asks the platform.
  if (status === 400 && !hostsOf(message).every((url) => URL.canParse(url))) return;
  const action = message.target.at(-1);
  const expected = action === 't' ? 500 : 200;
  if (status !== expected) throw new Error(`${status} for ${message.method} ${message.target}`);
  if (message.method === 'HEAD' || action === 't' || action === 'e') return;
  const content = latin1Text(message.content);
  const echoed =
    action === 'c' || action === 'd'
      ? Buffer.from(new TextDecoder().decode(message.content)).toString('latin1')
      : content;
  if (response.content !== echoed)
    throw new Error(`content ${JSON.stringify(response.content)}, not ${JSON.stringify(echoed)}`);
}
