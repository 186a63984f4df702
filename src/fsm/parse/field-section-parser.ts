// Field lines up to the empty line. A head and a trailer section have the same grammar (RFC 9112
// §5, §7.1.2). The parser is resumable at any byte. `head-check.ts` notes each line of a head. The
// fields of a trailer section have no effect.

import type { FaultId } from '../faults.js';
import { Fault } from '../faults.js';
import { FIELD_VALUE, TCHAR } from './bytes.js';
import { FIELD_STRIDE, type Head } from './head.js';
import { noteField } from './head-check.js';

/** More bytes are needed. */
export const SECTION_MORE = 0;
/** The section is complete; `at` is one past its empty line. */
export const SECTION_DONE = 1;
/** A rule is broken: `fault`, at the byte `faultAt`. */
export const SECTION_FAULT = 2;
export type SectionOutcome = typeof SECTION_MORE | typeof SECTION_DONE | typeof SECTION_FAULT;

const HTAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const COLON = 0x3a;

const LINE_START = 0;
const NAME = 1;
const OWS = 2;
const VALUE = 3;
const LINE_LF = 4;
const END_LF = 5;

/** field-line = field-name ":" OWS field-value OWS, each followed by CRLF; then CRLF. */
export class FieldSectionParser {
  /** Four integers for each line, as in `Head.fields`. The first `integers` places are in use. */
  fields: number[];
  /** The number of integers written. The last line may still be incomplete. */
  integers = 0;
  at = 0;
  fault: FaultId = Fault.none;
  faultAt = 0;
  #state = LINE_START;
  #head: Head | undefined = undefined;
  readonly #integersMax: number;
  readonly #faultTooLarge: FaultId;

  constructor(fieldCountMax: number, faultTooLarge: FaultId) {
    this.fields = [];
    this.#integersMax = fieldCountMax * FIELD_STRIDE;
    this.#faultTooLarge = faultTooLarge;
  }

  /**
   * Begins a section. Its lines are recorded in `fields`, from the start of that array. The lines
   * of a head are also noted in `head`.
   */
  start(fields: number[], head?: Head): void {
    this.fields = fields;
    this.integers = 0;
    this.#head = head;
    this.fault = Fault.none;
    this.#state = LINE_START;
  }

  /**
   * Continues at `at`, where the last call stopped. The section is too large at `end`: no byte at
   * `end` or after it is read.
   */
  parse(bytes: Uint8Array, at: number, to: number, end: number): SectionOutcome {
    const stop = to < end ? to : end;
    const tchar = TCHAR;
    const fieldValue = FIELD_VALUE;
    const fields = this.fields;
    let n = this.integers;
    let state = this.#state;
    let i = at;
    // The states stand in the order in which a line passes them. Each pass of the loop reads one
    // line.
    while (i < stop) {
      let c = bytes[i] as number;
      if (state === LINE_START) {
        if (c === CR) {
          state = END_LF;
          i++;
          continue;
        }
        if (tchar[c] === 0) return this.#refuse(faultOfLineStart(c), i);
        if (n >= this.#integersMax) return this.#refuse(Fault.fieldsTooMany, i);
        fields[n++] = i;
        state = NAME;
      }
      if (state === NAME) {
        while (tchar[c] === 1) {
          if (++i === stop) break;
          c = bytes[i] as number;
        }
        if (i === stop) break;
        if (c !== COLON) return this.#refuse(faultOfName(c), i);
        fields[n++] = i;
        state = OWS;
        if (++i === stop) break;
        c = bytes[i] as number;
      }
      if (state === OWS) {
        while (c === SP || c === HTAB) {
          if (++i === stop) break;
          c = bytes[i] as number;
        }
        if (i === stop) break;
        fields[n++] = i;
        state = VALUE;
      }
      if (state === VALUE) {
        i = skipValue(bytes, i, stop);
        if (i === stop) break;
        c = bytes[i] as number;
        while (fieldValue[c] === 1) {
          if (++i === stop) break;
          c = bytes[i] as number;
        }
        if (i === stop) break;
        if (c !== CR) return this.#refuse(c === LF ? Fault.bareLf : Fault.fieldValueInvalid, i);
        const valueFrom = fields[n - 1] as number;
        let valueTo = i;
        while (valueTo > valueFrom && isBlank(bytes[valueTo - 1] as number)) valueTo--;
        fields[n++] = valueTo;
        state = LINE_LF;
        if (++i === stop) break;
        c = bytes[i] as number;
      }
      if (c !== LF) return this.#refuse(Fault.bareCr, i);
      i++;
      if (state === END_LF) {
        this.#state = LINE_START;
        this.integers = n;
        this.at = i;
        return SECTION_DONE;
      }
      state = LINE_START;
      if (this.#head !== undefined) {
        // A fault of a line is found at the end of the line, however the bytes were cut.
        const fault = noteField(this.#head, n - FIELD_STRIDE);
        if (fault !== Fault.none) return this.#refuse(fault, i);
      }
    }
    this.#state = state;
    this.integers = n;
    this.at = i;
    if (i >= end) return this.#refuse(this.#faultTooLarge, end);
    return SECTION_MORE;
  }

  #refuse(fault: FaultId, at: number): SectionOutcome {
    this.fault = fault;
    this.faultAt = at;
    return SECTION_FAULT;
  }
}

/** With fewer bytes left, bytes are read one by one: a DataView would cost more than it saves. */
const VIEWED_BYTES_MIN = 128;
/** The memory of `view`. The next call often reads the same memory. */
let viewed: Uint8Array | undefined;
let view: DataView = new DataView(new ArrayBuffer(0));

/**
 * Skips the bytes of a value, four at a time. Most of a head is values, and most values are long.
 * It stops before four bytes of which one may not be a {@link FIELD_VALUE}.
 */
function skipValue(bytes: Uint8Array, at: number, to: number): number {
  if (bytes !== viewed) {
    if (to - at < VIEWED_BYTES_MIN) return at;
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    viewed = bytes;
  }
  const four = view;
  const last = to - 4;
  let i = at;
  while (i <= last) {
    const word = four.getInt32(i, true);
    const del = word ^ 0x7f7f7f7f;
    // The high bit of each byte is set: `control` for a byte below 0x20, the other for 0x7f.
    const control = (word - 0x20202020) & ~word;
    if (((control | ((del - 0x01010101) & ~del)) & 0x80808080) !== 0) break;
    i += 4;
  }
  return i;
}

function isBlank(c: number): boolean {
  return c === SP || c === HTAB;
}

/**
 * A line that starts with white space continues the line before it (obs-fold). At the first line,
 * such white space hides a field from one server and not from another.
 */
function faultOfLineStart(c: number): FaultId {
  if (c === LF) return Fault.bareLf;
  return isBlank(c) ? Fault.fieldFolded : Fault.fieldNameInvalid;
}

/**
 * White space before the colon is an attack: two servers read `Transfer-Encoding : chunked`
 * differently.
 */
function faultOfName(c: number): FaultId {
  if (c === LF) return Fault.bareLf;
  return isBlank(c) ? Fault.fieldNameSpace : Fault.fieldNameInvalid;
}
