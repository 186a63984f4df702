// The meaning of a head's field lines for a server: its host, its framing, whether the connection
// persists, the expectation of the client. Each line is noted where it ends, and its faults are
// found there. The end of the head is checked from these notes: no line is read twice.

import type { FaultId } from '../faults.js';
import { Fault } from '../faults.js';
import { spells } from './bytes.js';
import { frame, noteContentLength, noteTransferEncoding } from './framing.js';
import type { Head } from './head.js';
import { FRAMING_NONE, NAME_OF_HOST, TARGET_FORMS } from './head.js';
import { rememberedHostKind } from './last-host.js';
import { HOST_INTERNATIONAL, HOST_NONE } from './uri-host.js';

const HTAB = 0x09;
const SP = 0x20;
const COMMA = 0x2c;

const AUTHORITY = TARGET_FORMS.indexOf('authority');

/**
 * The options of Connection that sluice obeys (RFC 9110 §7.6.1). Other options name hop-by-hop
 * fields.
 */
const CONNECTION_OPTIONS: readonly string[] = ['close', 'keep-alive', 'upgrade'];
const CLOSE = 1;
const KEEP_ALIVE = 2;
const UPGRADE = 4;

/** The only expectation that exists (RFC 9110 §10.1.1). */
const EXPECTATIONS: readonly string[] = ['100-continue'];
const CONTINUE = 1;

/** Any other member of a list. */
const OTHER = 8;

/**
 * Notes the line at `field`, and gives the fault of that line. Most field names have no effect
 * here.
 */
export function noteField(head: Head, field: number): FaultId {
  const { bytes, fields } = head;
  const from = fields[field] as number;
  const to = fields[field + 1] as number;
  switch (to - from) {
    case 4:
      if (spells(bytes, from, to, 'host')) return noteHost(head, field);
      break;
    case 6:
      if (spells(bytes, from, to, 'expect'))
        head.expectations |= members(head, field, EXPECTATIONS);
      break;
    case 7:
      if (spells(bytes, from, to, 'upgrade')) head.upgrade = true;
      break;
    case 10:
      if (spells(bytes, from, to, 'connection'))
        head.connectionOptions |= members(head, field, CONNECTION_OPTIONS);
      break;
    case 14:
      if (spells(bytes, from, to, 'content-length')) return noteContentLength(head, field);
      break;
    case 17:
      if (spells(bytes, from, to, 'transfer-encoding')) return noteTransferEncoding(head, field);
      break;
  }
  return Fault.none;
}

/** What a server may leave to those who answer. */
export interface HeadRules {
  /** CONNECT is offered. */
  readonly connect: boolean;
  /** A request without Host, but in HTTP/1.0, is a fault (RFC 9112 §3.2). */
  readonly requiresHost: boolean;
  /** An expectation other than 100-continue is somebody's to answer, and no fault. */
  readonly leavesExpectations: boolean;
}

export const STRICT_RULES: HeadRules = Object.freeze({
  connect: false,
  requiresHost: true,
  leavesExpectations: false,
});

/**
 * Checks a complete head and sets what follows from its lines. Gives the first fault, in the order
 * host, framing, expectation, method.
 */
export function checkHead(head: Head, rules: HeadRules): FaultId {
  const minor = head.versionMinor;
  const options = head.connectionOptions;
  head.persistent = persists(minor, options);
  head.keepAliveAsked = head.persistent && (options & KEEP_ALIVE) !== 0;
  // HTTP/1.0 has neither upgrades nor expectations: both fields are ignored there.
  head.upgrade &&= minor > 0 && (options & UPGRADE) !== 0;
  head.expectsContinue = minor > 0 && (head.expectations & CONTINUE) !== 0;
  if (head.hostField < 0 && minor > 0 && rules.requiresHost) return Fault.hostMissing;
  const fault = frame(head);
  if (fault !== Fault.none) return fault;
  const isUnknown = minor > 0 && (head.expectations & OTHER) !== 0;
  if (isUnknown && !rules.leavesExpectations) return Fault.expectationUnknown;
  if (head.targetForm !== AUTHORITY) return Fault.none;
  // Where nobody has asked for it, CONNECT is refused before a handler runs: a 200 would turn the
  // connection into a tunnel for the client.
  if (!rules.connect) return Fault.connectUnsupported;
  // What follows is content to one server and a tunnel's bytes to another (RFC 9110 §9.3.6): a way to
  // smuggle requests.
  return head.framing === FRAMING_NONE ? Fault.none : Fault.connectContent;
}

/** One valid Host at most, in HTTP/1.0 too (RFC 9112 §3.2). */
function noteHost(head: Head, field: number): FaultId {
  if (head.hostField >= 0) return Fault.hostRepeated;
  head.hostField = field;
  const { bytes, fields } = head;
  const kind = rememberedHostKind(bytes, fields[field + 2] as number, fields[field + 3] as number);
  if (kind === HOST_INTERNATIONAL) head.internationalNames |= NAME_OF_HOST;
  return kind === HOST_NONE ? Fault.hostInvalid : Fault.none;
}

/**
 * `close` wins. HTTP/1.1 persists unless `close` is given, HTTP/1.0 only with `keep-alive` (RFC
 * 9112 §9.3).
 */
function persists(versionMinor: number, options: number): boolean {
  if ((options & CLOSE) !== 0) return false;
  return versionMinor > 0 || (options & KEEP_ALIVE) !== 0;
}

/**
 * The members of a list (RFC 9110 §5.6.1) as bits: bit n for `names[n]`, in any case. Any other
 * member sets {@link OTHER}.
 */
function members(head: Head, field: number, names: readonly string[]): number {
  const { bytes, fields } = head;
  const to = fields[field + 3] as number;
  let found = 0;
  let i = fields[field + 2] as number;
  while (i < to) {
    let memberTo = i;
    while (memberTo < to && bytes[memberTo] !== COMMA) memberTo++;
    let from = i;
    let end = memberTo;
    while (from < end && isBlank(bytes[from] as number)) from++;
    while (end > from && isBlank(bytes[end - 1] as number)) end--;
    // An empty member is ignored.
    if (from < end) found |= memberBit(bytes, from, end, names);
    i = memberTo + 1;
  }
  return found;
}

function memberBit(bytes: Uint8Array, from: number, to: number, names: readonly string[]): number {
  for (let n = 0; n < names.length; n++)
    if (spells(bytes, from, to, names[n] as string)) return 1 << n;
  return OTHER;
}

function isBlank(c: number): boolean {
  return c === SP || c === HTAB;
}
