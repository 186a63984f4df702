// Finds the form of a request target (RFC 9112 §3.2), and whether its method may have that form.
// The parser has checked each byte of the target before.

import { HEX_VALUE, isText, REG_NAME, spells } from './bytes.js';
import type { TargetForm } from './head.js';
import { TARGET_FORMS } from './head.js';
import {
  HOST_INTERNATIONAL,
  HOST_NONE,
  type HostKind,
  hostKind,
  hostWithPortKind,
} from './uri-host.js';

/** The target has no valid form, or a form that its method must not have. */
export const TARGET_FORM_NONE = -1;
/** Added to the index of absolute-form or authority-form if Unicode has to allow the name of the host. */
export const TARGET_INTERNATIONAL = 4;

const ORIGIN = formIndex('origin');
const ABSOLUTE = formIndex('absolute');
const AUTHORITY = formIndex('authority');
const ASTERISK = formIndex('asterisk');

const PERCENT = 0x25;
const STAR = 0x2a;
const SLASH = 0x2f;
const COLON = 0x3a;
const QUESTION = 0x3f;
const AT = 0x40;
const LETTER_C = 0x43;
const LETTER_O = 0x4f;

/**
 * An index of `TARGET_FORMS`, perhaps plus {@link TARGET_INTERNATIONAL}, or {@link
 * TARGET_FORM_NONE}.
 */
export function targetFormOf(
  bytes: Uint8Array,
  methodFrom: number,
  methodTo: number,
  from: number,
  to: number,
): number {
  if (from === to) return TARGET_FORM_NONE;
  // Methods are case-sensitive (RFC 9110 §9.1).
  if (bytes[methodFrom] === LETTER_C && isText(bytes, methodFrom, methodTo, 'CONNECT')) {
    const kind = hostWithPortKind(bytes, from, to);
    if (kind === HOST_NONE) return TARGET_FORM_NONE;
    return kind === HOST_INTERNATIONAL ? AUTHORITY | TARGET_INTERNATIONAL : AUTHORITY;
  }
  if (bytes[from] === SLASH) return ORIGIN;
  if (bytes[from] === STAR && to - from === 1) {
    const options =
      bytes[methodFrom] === LETTER_O && isText(bytes, methodFrom, methodTo, 'OPTIONS');
    return options ? ASTERISK : TARGET_FORM_NONE;
  }
  const kind = absoluteHostKind(bytes, from, to);
  if (kind === HOST_NONE) return TARGET_FORM_NONE;
  return kind === HOST_INTERNATIONAL ? ABSOLUTE | TARGET_INTERNATIONAL : ABSOLUTE;
}

function formIndex(form: TargetForm): number {
  return TARGET_FORMS.indexOf(form);
}

/**
 * The host of an absolute-form target, an http or https URI (RFC 9110 §4.2). The rest after the
 * authority is not checked.
 */
function absoluteHostKind(bytes: Uint8Array, from: number, to: number): HostKind {
  let schemeTo = from;
  while (schemeTo < to && bytes[schemeTo] !== COLON) schemeTo++;
  if (!spells(bytes, from, schemeTo, 'http') && !spells(bytes, from, schemeTo, 'https'))
    return HOST_NONE;
  if (bytes[schemeTo + 1] !== SLASH || bytes[schemeTo + 2] !== SLASH) return HOST_NONE;
  const authorityFrom = schemeTo + 3;
  if (authorityFrom > to) return HOST_NONE;
  let authorityTo = authorityFrom;
  let hostFrom = authorityFrom;
  for (; authorityTo < to; authorityTo++) {
    const c = bytes[authorityTo];
    if (c === SLASH || c === QUESTION) break;
    if (c !== AT) continue;
    if (hostFrom !== authorityFrom || !isUserinfo(bytes, authorityFrom, authorityTo))
      return HOST_NONE;
    hostFrom = authorityTo + 1;
  }
  return hostKind(bytes, hostFrom, authorityTo);
}

/** userinfo = *( unreserved / pct-encoded / sub-delims / ":" ) (RFC 3986 §3.2.1) */
function isUserinfo(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const c = bytes[i] as number;
    if (REG_NAME[c] === 1 || c === COLON) continue;
    if (c !== PERCENT || i + 2 >= to) return false;
    if (HEX_VALUE[bytes[i + 1] as number] === 255 || HEX_VALUE[bytes[i + 2] as number] === 255)
      return false;
    i += 2;
  }
  return true;
}
