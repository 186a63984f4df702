// What a head of good grammar must satisfy besides: a function for each field or part that has
// rules of its own. Each gives the names of the checks that failed, and [] where all is well.

import { matches } from './abnf.js';
import type { CheckName } from './checks.js';
import type { Field } from './fields.js';
import { ContentLength, Host, listMembers, TransferEncoding, trimOWS, valuesOf } from './fields.js';
import type { ReferenceLimits } from './limits.js';
import type { RequestLine } from './request-line.js';
import { hostOf, portOf } from './request-line.js';
import { isUrlHost } from './url-host.js';

export type Framing = 'none' | 'length' | 'chunked';

/** The largest length that a JavaScript number counts exactly. */
const LENGTH_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * All that is wrong with these fields under this request line. Before the head is `complete`, a
 * fault that another field line could still mend is none.
 */
export function headFaults(
  request: RequestLine,
  fields: readonly Field[],
  complete: boolean,
  limits: ReferenceLimits,
): CheckName[] {
  // What a head of another major version asks for is unknown: it may be read as 1.0 and as 1.1.
  const minors = request.versionMajor === 1 ? [request.versionMinor] : [1, 0];
  const faults = minors.flatMap((versionMinor): CheckName[] => {
    const reading = { ...request, versionMinor };
    return [
      ...versionFaults(reading),
      ...targetFaults(reading),
      ...hostFaults(reading, fields, complete),
      ...transferEncodingFaults(reading, fields, complete),
      ...contentLengthFaults(fields, limits),
      ...expectFaults(reading, fields),
    ];
  });
  return [...new Set(faults)];
}

/** RFC 9112 §2.3: 1.x is served, whatever its x. */
export function versionFaults(request: RequestLine): CheckName[] {
  return request.versionMajor === 1 ? [] : ['version-major'];
}

/**
 * RFC 9112 §3.2: asterisk-form only with OPTIONS; authority-form with CONNECT, and CONNECT with it,
 * alone.
 */
export function targetFaults(request: RequestLine): CheckName[] {
  const faults: CheckName[] = [];
  const { method, target, targetForm } = request;
  if (targetForm === 'asterisk' && method !== 'OPTIONS') faults.push('target-form');
  if ((targetForm === 'authority') !== (method === 'CONNECT')) faults.push('target-form');
  if (targetForm === 'absolute' && !/^https?:/i.test(target)) faults.push('target-scheme');
  if ((targetForm === 'absolute' || targetForm === 'authority') && !isPort(portOf(target))) {
    faults.push('target-port');
  } else if (targetForm === 'absolute' || targetForm === 'authority') {
    if (!isUrlHost(hostOf(target))) faults.push('target-host');
  }
  // RFC 9113 §3.4: no other request of a client has this method with this target.
  return method === 'PRI' && targetForm === 'asterisk' ? ['http2-preface'] : faults;
}

/** RFC 9112 §3.2: one Host in 1.1, at most one in 1.0, and its value of the grammar. */
export function hostFaults(
  request: RequestLine,
  fields: readonly Field[],
  complete: boolean,
): CheckName[] {
  const values = valuesOf(fields, 'host');
  const faults: CheckName[] = [];
  if (values.length === 0 && complete && request.versionMinor > 0) faults.push('host-missing');
  if (values.length > 1) faults.push('host-repeated');
  for (const value of values) {
    if (!matches(Host, value)) faults.push('host-value');
    else if (!isPort(portOf(value))) faults.push('host-port');
    else if (!isUrlHost(value)) faults.push('host-name');
  }
  return faults;
}

/** RFC 9112 §6.1, §6.3 items 3 and 4: `chunked` alone, in 1.1, without Content-Length. */
export function transferEncodingFaults(
  request: RequestLine,
  fields: readonly Field[],
  complete: boolean,
): CheckName[] {
  const values = valuesOf(fields, 'transfer-encoding');
  if (values.length === 0) return [];
  const faults: CheckName[] = [];
  if (request.versionMinor === 0) faults.push('coding-version');
  if (valuesOf(fields, 'content-length').length > 0) faults.push('coding-with-length');
  faults.push(...codingFaults(values, complete));
  return faults;
}

function codingFaults(values: readonly string[], complete: boolean): CheckName[] {
  const codings = listMembers(values);
  const names = codings.map((coding) => trimOWS(coding.replace(/;.*$/s, '')).toLowerCase());
  const chunked = names.filter((name) => name === 'chunked').length;
  const last = codings.at(-1)?.toLowerCase();
  if (!matches(TransferEncoding, values.join(', '))) {
    // Who reads the names alone sees an unknown coding in front of a chunked one.
    return last === 'chunked' && codings.length > 1
      ? ['coding-value', 'coding-unknown']
      : ['coding-value'];
  }
  if (last === undefined) return complete ? ['coding-empty'] : [];
  const faults: CheckName[] = [];
  if (names.at(-1) !== 'chunked') faults.push('coding-not-final');
  if (chunked > 1) faults.push('coding-twice');
  if (codings.some((coding, i) => names[i] === 'chunked' && coding.includes(';'))) {
    faults.push('coding-parameter');
  }
  if (faults.length === 0 && codings.length > 1) faults.push('coding-unknown');
  return faults;
}

/** RFC 9110 §8.6, RFC 9112 §6.3 item 5: one number, in one field line. */
export function contentLengthFaults(
  fields: readonly Field[],
  limits: ReferenceLimits,
): CheckName[] {
  const values = valuesOf(fields, 'content-length');
  const faults: CheckName[] = [];
  if (values.length > 1) faults.push('length-repeated');
  for (const value of values) {
    if (!matches(ContentLength, value)) faults.push('length-value');
    else if (BigInt(value) > LENGTH_MAX) faults.push('length-size');
    else if (Number(value) > limits.bodyBytesMax) faults.push('limit-content');
  }
  return faults;
}

/**
 * RFC 9110 §10.1.1: nothing but 100-continue may be expected; 1.0 knows no expectations. An empty
 * list expects nothing.
 */
export function expectFaults(request: RequestLine, fields: readonly Field[]): CheckName[] {
  if (request.versionMinor === 0) return [];
  const members = listMembers(valuesOf(fields, 'expect'));
  return members.every((member) => member.toLowerCase() === '100-continue') ? [] : ['expectation'];
}

/** RFC 9110 §10.1.1, of a head without fault. */
export function expectsContinue(versionMinor: number, fields: readonly Field[]): boolean {
  return versionMinor > 0 && listMembers(valuesOf(fields, 'expect')).length > 0;
}

/** RFC 9112 §6.3, of a head without fault: its items 4, 6 and 7. */
export function framingOf(fields: readonly Field[]): { framing: Framing; contentLength: number } {
  if (valuesOf(fields, 'transfer-encoding').length > 0) {
    return { framing: 'chunked', contentLength: 0 };
  }
  const length = valuesOf(fields, 'content-length')[0];
  if (length === undefined) return { framing: 'none', contentLength: 0 };
  return { framing: 'length', contentLength: Number(length) };
}

/** RFC 9112 §9.3: `close` ends it; else 1.1 persists, and 1.0 where `keep-alive` is asked for. */
export function isPersistent(versionMinor: number, fields: readonly Field[]): boolean {
  // connection-option = token: there are no quoted strings, and each comma divides.
  const members = valuesOf(fields, 'connection').flatMap((value) => value.split(','));
  const options = members.map((member) => trimOWS(member).toLowerCase());
  if (options.includes('close')) return false;
  return versionMinor > 0 || options.includes('keep-alive');
}

/** Whether the digits are none, or a number that a TCP port can be. */
function isPort(digits: string): boolean {
  return digits === '' || BigInt(digits) <= 65535n;
}
