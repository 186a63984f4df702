// The shared conformance vectors, played without a server: what a server that follows the oracle
// would do is compared with what a vector expects of it. What no parser decides (reply headers, the
// bytes of a reply, time-outs) is left out of account.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ReferenceLimits, ReferenceResult } from './parse-requests.js';
import { latin1Bytes, latin1Text, parseRequests } from './parse-requests.js';

const folder = fileURLToPath(new URL('../../../shared/conformance/vectors/', import.meta.url));

/** Whether the folder of vectors is there: it is not part of this repository. */
export const vectorsExist: boolean = existsSync(folder);

/** The server's defaults, without which the vectors for 413, 414 and 431 say nothing. */
const LIMITS: Partial<ReferenceLimits> = {
  headBytesMax: 16 * 1024,
  fieldCountMax: 100,
  targetBytesMax: 8 * 1024,
  bodyBytesMax: 1024 * 1024,
  chunkLineBytesMax: 256,
  chunkExtBytesMax: 16 * 1024,
  trailerBytesMax: 8 * 1024,
};

/** Paths to which the server under test gives an answer of its own. */
const OWN_ANSWER = /^\/(echo|early|close|204|304|chunked|slow|large)\b/;

type Ranges = readonly (readonly [number, number])[];

/**
 * One of the outcomes that a vector allows, as its README describes it; of its keys, those that a
 * parser decides.
 */
interface Alternative {
  readonly status?: Ranges;
  readonly final?: Ranges;
  readonly statuses?: readonly ([number, number] | Ranges)[];
  readonly n2xx?: readonly [number, number | null];
  readonly responses?: readonly [number, number | null];
  readonly end?: 'open' | 'closed';
  readonly noResponse?: readonly string[];
  readonly body?: string | readonly string[];
  readonly bodies?: readonly (string | null)[];
  readonly interim?: readonly number[];
}

interface ParsedMessage {
  readonly method: string;
  readonly target: string;
  readonly version: string | null;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body: string;
  readonly trailers?: readonly (readonly [string, string])[];
  readonly complete: boolean;
}

interface ParseExpectation {
  readonly messages: readonly ParsedMessage[];
  readonly error: { readonly reason?: string } | null;
  readonly upgrade?: boolean | null;
  readonly finish?: boolean;
}

export interface Vector {
  readonly id: string;
  readonly title?: string;
  readonly request?: string;
  readonly parts?: readonly { readonly data: string }[];
  readonly scored?: boolean;
  readonly skip?: unknown;
  readonly halfClose?: boolean;
  readonly expect?: {
    readonly pass?: readonly Alternative[];
    readonly warn?: readonly Alternative[];
    readonly parse?: ParseExpectation;
  };
}

/** Every vector that is scored and one run of bytes. */
export function loadVectors(): Vector[] {
  const vectors: Vector[] = [];
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.json')) continue;
    // The boundary: the files are trusted to be as their README says.
    const records = JSON.parse(readFileSync(folder + name, 'utf8')) as unknown[];
    for (const record of records) vectors.push(expand(record) as Vector);
  }
  return vectors.filter(
    (one) => one.scored !== false && one.skip === undefined && one.expect !== undefined,
  );
}

/** Long texts are stored as runs: `['a', { r: ['b', 3] }]` is 'abbb'. */
function expand(value: unknown): unknown {
  if (Array.isArray(value)) {
    if (value.some(isRun)) return value.map((one) => (isRun(one) ? repeated(one) : one)).join('');
    return value.map(expand);
  }
  if (value === null || typeof value !== 'object') return value;
  if ('seg' in value) return expand(value.seg);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, expand(one)]));
}

function isRun(value: unknown): value is { r: [string, number] } {
  return value !== null && typeof value === 'object' && 'r' in value && Array.isArray(value.r);
}

function repeated(run: { r: [string, number] }): string {
  return run.r[0].repeat(run.r[1]);
}

/** What the vector and the oracle disagree about; '' if nothing. */
export function disagreement(vector: Vector): string {
  const text = vector.request ?? (vector.parts ?? []).map((part) => part.data).join('');
  const parse = vector.expect?.parse;
  if (parse !== undefined) return parseDisagreement(vector, text, parse);
  const result = parseRequests(latin1Bytes(text), { fin: vector.halfClose === true }, LIMITS);
  const alternatives = [...(vector.expect?.pass ?? []), ...(vector.expect?.warn ?? [])];
  if (alternatives.some((one) => allows(one, result))) return '';
  return `${describe(result)}, expected one of ${JSON.stringify(alternatives)}`;
}

/** The statuses that may answer, in order; the last has the choice of a refusal's. */
function answers(result: ReferenceResult): (readonly number[])[] {
  const statuses: (readonly number[])[] = result.messages.map(() => [200]);
  if (result.outcome.kind === 'refused') statuses.push(result.outcome.statuses);
  return statuses;
}

function allows(expected: Alternative, result: ReferenceResult): boolean {
  const got = answers(result);
  const closed =
    result.outcome.kind === 'refused' || result.messages.some((message) => !message.persistent);
  const allClose = !closed || expected.end !== 'open';
  const incomplete = result.outcome.kind === 'incomplete' ? result.outcome.statuses : [];
  if (expected.noResponse !== undefined) {
    // A server may close where it could also answer 400; and it must wait where nothing is wrong.
    if (got.length === 0) return expected.noResponse.includes('timeout') || incomplete.length > 0;
    return result.messages.length === 0 && expected.noResponse.includes('closed');
  }
  const waits = result.outcome.kind === 'incomplete' && result.outcome.head?.expectsContinue;
  if (expected.interim?.includes(100) === true && waits) return true;
  if (got.length === 0 && incomplete.length > 0) got.push(incomplete);
  const first = got[0];
  if (first === undefined) return false;
  const inAny = (statuses: readonly number[], ranges: Ranges): boolean =>
    statuses.some((status) => ranges.some(([from, to]) => status >= from && status <= to));
  // An interim 100 would be the first status of a request that expects it.
  if (expected.status && !inAny([...first, ...interim(result)], expected.status)) return false;
  if (expected.final && !inAny(first, expected.final)) return false;
  if (expected.n2xx && !between(result.messages.length, expected.n2xx)) return false;
  if (expected.responses && !between(got.length, expected.responses)) return false;
  if (expected.statuses) {
    if (expected.statuses.length !== got.length) return false;
    for (const [i, one] of expected.statuses.entries()) {
      const ranges = (typeof one[0] === 'number' ? [one] : one) as Ranges;
      if (!inAny(got[i] ?? [], ranges)) return false;
    }
  }
  const echoed = !result.messages.some((one) => OWN_ANSWER.test(one.target));
  if (echoed && expected.body !== undefined && result.messages[0] !== undefined) {
    const bodies: readonly string[] = Array.isArray(expected.body)
      ? expected.body
      : [expected.body];
    if (!bodies.some((one) => one.trimEnd() === echo(result, 0).trimEnd())) return false;
  }
  for (const [i, one] of (expected.bodies ?? []).entries()) {
    if (echoed && one !== null && one !== echo(result, i)) return false;
  }
  return allClose && (expected.end !== 'closed' || closed);
}

function between(count: number, [least, most]: readonly [number, number | null]): boolean {
  return count >= least && (most === null || count <= most);
}

function interim(result: ReferenceResult): number[] {
  return result.messages[0]?.expectsContinue === true ? [100] : [];
}

/** What the server under test answers to a message of no special path. */
function echo(result: ReferenceResult, index: number): string {
  const message = result.messages[index];
  if (message === undefined) return '';
  return message.content.length > 0 ? latin1Text(message.content) : 'OK';
}

function parseDisagreement(vector: Vector, text: string, expected: ParseExpectation): string {
  const fin = expected.finish === true || vector.halfClose === true;
  const given = injectHost(text, expected.messages);
  const result = parseRequests(latin1Bytes(given), { fin }, LIMITS);
  const complete = expected.messages.filter((message) => message.complete);
  if (expected.error !== null) {
    if (result.messages.length > complete.length) return `accepts more: ${describe(result)}`;
    if (result.outcome.kind === 'refused' || closes(result)) return '';
    return result.outcome.kind === 'incomplete' && result.outcome.statuses.length > 0
      ? ''
      : `refuses nothing: ${describe(result)}, expected ${JSON.stringify(expected.error)}`;
  }
  if (expected.upgrade === true) return '';
  if (result.messages.length < complete.length) {
    return `${describe(result)}, expected ${complete.length} messages`;
  }
  for (const [i, want] of complete.entries()) {
    const got = result.messages[i];
    if (got === undefined) continue;
    const differences = [
      ['method', got.method, want.method],
      ['target', got.target, want.target],
      ['version', `1.${got.versionMinor}`, want.version ?? `1.${got.versionMinor}`],
      ['body', latin1Text(got.content), want.body],
      ['headers', lines(got.fields), lines(want.headers ?? got.fields)],
      ['trailers', lines(got.trailers), lines(want.trailers ?? got.trailers)],
    ].filter(([, one, other]) => one !== other);
    if (differences.length > 0) return `message ${i}: ${JSON.stringify(differences)}`;
  }
  return '';
}

function closes(result: ReferenceResult): boolean {
  return result.messages.some((message) => !message.persistent);
}

function lines(fields: readonly (readonly [string, string])[]): string {
  return fields
    .filter(([name, value]) => name.toLowerCase() !== 'host' || value !== 'injected')
    .map(([name, value]) => `${name.toLowerCase()}:${value.trim()}`)
    .join('\n');
}

/**
 * Parser vectors often lack Host. As the runner of the vectors does, give each 1.x head that lacks
 * it one.
 */
function injectHost(text: string, messages: readonly ParsedMessage[]): string {
  const into = (from: number, whole: string): string => {
    const start = from + (/^[\r\n]*/.exec(whole.slice(from))?.[0].length ?? 0);
    const lineEnd = whole.indexOf('\r\n', start);
    if (lineEnd < 0 || !/^\S+ \S+ HTTP\/\d\.\d$/.test(whole.slice(start, lineEnd))) return whole;
    const headEnd = whole.indexOf('\r\n\r\n', start);
    const head = whole.slice(start, headEnd < 0 ? undefined : headEnd + 2);
    if (/\r\nhost[ \t]*:/i.test(head) || /^[ \t]/.test(whole.slice(lineEnd + 2))) return whole;
    return `${whole.slice(0, lineEnd + 2)}Host: injected\r\n${whole.slice(lineEnd + 2)}`;
  };
  let whole = into(0, text);
  let from = 0;
  for (const message of messages.slice(1)) {
    const line = `${message.method} ${message.target} HTTP/${message.version ?? '1.1'}\r\n`;
    const at = whole.indexOf(line, from + 1);
    if (at < 0) continue;
    whole = into(at, whole);
    from = at;
  }
  return whole;
}

function describe(result: ReferenceResult): string {
  const { outcome } = result;
  const heads = result.messages.map((one) => `${one.method} ${one.target.slice(0, 40)}`);
  const rules = outcome.kind === 'refused' ? ` ${outcome.rules.join(' ')}` : '';
  const statuses = 'statuses' in outcome ? ` ${outcome.statuses.join('/')}` : '';
  return `[${heads.join(', ')}] then ${outcome.kind}${rules}${statuses}`;
}
