// What a complete head means to a server: its host, its framing, whether the
// connection goes on, what the client expects. One pass over the field lines'
// offsets, in which only the names that matter are looked at.

import { spells } from './bytes.js';
import type { FaultId } from './faults.js';
import { Fault } from './faults.js';
import { frame, NO_FIELD } from './framing.js';
import type { Head } from './head.js';
import { TARGET_FORMS } from './head.js';
import { isHost } from './uri-host.js';

const HTAB = 0x09;
const SP = 0x20;
const COMMA = 0x2c;

const AUTHORITY = TARGET_FORMS.indexOf('authority');

/** Options of Connection that mean something here (RFC 9110 §7.6.1); others name hop-by-hop fields. */
const CONNECTION_OPTIONS: readonly string[] = ['close', 'keep-alive', 'upgrade'];
const CLOSE = 1;
const KEEP_ALIVE = 2;
const UPGRADE = 4;

/** The one expectation that there is (RFC 9110 §10.1.1). */
const EXPECTATIONS: readonly string[] = ['100-continue'];
const CONTINUE = 1;

/** Any other member of a list. */
const OTHER = 8;

/** Concludes `head`; gives the first fault in the order host, framing, expectation, method. */
export function checkHead(head: Head): FaultId {
  const { bytes, fields } = head;
  let host = NO_FIELD;
  let contentLength = NO_FIELD;
  let transferEncoding = NO_FIELD;
  let expect = NO_FIELD;
  let upgrade = NO_FIELD;
  let options = 0;
  let fault: FaultId = Fault.none;
  for (let field = 0; field < fields.length; field += 4) {
    const nameFrom = fields[field] as number;
    const nameTo = fields[field + 1] as number;
    switch (nameTo - nameFrom) {
      case 4:
        if (!spells(bytes, nameFrom, nameTo, 'host')) break;
        if (host !== NO_FIELD) fault ||= Fault.hostRepeated;
        else host = field;
        break;
      case 6:
        if (expect === NO_FIELD && spells(bytes, nameFrom, nameTo, 'expect')) expect = field;
        break;
      case 7:
        if (spells(bytes, nameFrom, nameTo, 'upgrade')) upgrade = field;
        break;
      case 10:
        if (spells(bytes, nameFrom, nameTo, 'connection'))
          options |= members(head, field, CONNECTION_OPTIONS);
        break;
      case 14:
        if (!spells(bytes, nameFrom, nameTo, 'content-length')) break;
        if (contentLength !== NO_FIELD) fault ||= Fault.contentLengthRepeated;
        else contentLength = field;
        break;
      case 17:
        if (transferEncoding === NO_FIELD && spells(bytes, nameFrom, nameTo, 'transfer-encoding'))
          transferEncoding = field;
        break;
    }
  }
  head.hostField = host;
  head.persistent = persists(head.versionMinor, options);
  head.upgrade = upgrade !== NO_FIELD && (options & UPGRADE) !== 0 && head.versionMinor > 0;
  fault ||=
    checkHost(head) || frame(head, contentLength, transferEncoding) || checkExpect(head, expect);
  // Declined before any handler: to a client, a 200 would turn the connection into a tunnel.
  if (fault === Fault.none && head.targetForm === AUTHORITY) return Fault.connectUnsupported;
  return fault;
}

/** RFC 9112 §9.3: close wins; 1.1 persists unless told otherwise, 1.0 only if asked. */
function persists(versionMinor: number, options: number): boolean {
  if ((options & CLOSE) !== 0) return false;
  return versionMinor > 0 || (options & KEEP_ALIVE) !== 0;
}

/** RFC 9112 §3.2: exactly one valid Host in 1.1, at most one in 1.0. */
function checkHost(head: Head): FaultId {
  const host = head.hostField;
  if (host === NO_FIELD) return head.versionMinor > 0 ? Fault.hostMissing : Fault.none;
  const valid = isHost(
    head.bytes,
    head.fields[host + 2] as number,
    head.fields[host + 3] as number,
  );
  return valid ? Fault.none : Fault.hostInvalid;
}

/** Expect = #expectation (RFC 9110 §10.1.1), over all of its lines; an HTTP/1.0 client's is ignored. */
function checkExpect(head: Head, firstField: number): FaultId {
  if (firstField === NO_FIELD || head.versionMinor === 0) return Fault.none;
  const { bytes, fields } = head;
  let expectations = 0;
  for (let field = firstField; field < fields.length; field += 4) {
    if (spells(bytes, fields[field] as number, fields[field + 1] as number, 'expect'))
      expectations |= members(head, field, EXPECTATIONS);
  }
  if ((expectations & OTHER) !== 0) return Fault.expectationUnknown;
  head.expectsContinue = (expectations & CONTINUE) !== 0;
  return Fault.none;
}

/** The members of a list (RFC 9110 §5.6.1) as bits: bit n for `names[n]`, in any case, and {@link OTHER}. */
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
    // Empty members are none.
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
