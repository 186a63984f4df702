// The field lines of a final response: which names the handler may set, and what
// its Connection and Content-Length say to the connection, which writes these two
// itself.

import { describe } from './describe.js';
import {
  checkedValue,
  checkFieldName,
  type FieldSink,
  type FieldValue,
  forbiddenField,
} from './field-lines.js';
import { ReplyError } from './reply-error.js';

type Kind =
  | 'plain'
  | 'connection'
  | 'contentLength'
  | 'contentType'
  | 'date'
  | 'trailer'
  | 'forbidden';

const SPECIAL: ReadonlyMap<string, Kind> = new Map([
  ['connection', 'connection'],
  ['content-length', 'contentLength'],
  ['content-type', 'contentType'],
  ['date', 'date'],
  ['trailer', 'trailer'],
  ['transfer-encoding', 'forbidden'],
  ['keep-alive', 'forbidden'],
  ['upgrade', 'forbidden'],
]);

/** A name that was checked before, and the line that it was in last. */
interface KnownField {
  readonly kind: Kind;
  value: string;
  /** Empty where no value is remembered. */
  line: string;
}

/** Handlers send the same few names again and again, and most of their values. */
const known = new Map<string, KnownField>();
/** Names and values can be made from a request's content, so what is remembered has a bound. */
const KNOWN_NAMES_MAX = 512;
const KNOWN_VALUE_LENGTH_MAX = 128;

/** It extends nothing: a parent's constructor is not inlined, and one of these is made for each reply. */
export class ReplyFields implements FieldSink {
  /** All lines, each with its CRLF. */
  text: string;
  /** The Content-Length that the handler declared, or -1. */
  contentLength: number;
  /** `Connection: close`: the handler wants the connection to end with this reply. */
  closes: boolean;
  hasContentType: boolean;
  hasDate: boolean;
  hasTrailer: boolean;

  constructor() {
    this.text = '';
    this.contentLength = -1;
    this.closes = false;
    this.hasContentType = false;
    this.hasDate = false;
    this.hasTrailer = false;
  }

  add(name: string, value: FieldValue): void {
    const field = known.get(name);
    if (field !== undefined && field.value === value && field.line !== '') {
      if (field.kind === 'contentType') this.#noteContentType(name);
      this.text += field.line;
    } else if (Array.isArray(value)) {
      for (const item of value) this.#addLine(name, checkedValue(name, item));
    } else this.#addLine(name, checkedValue(name, value));
  }

  #addLine(name: string, value: string): void {
    switch (kindOf(name)) {
      case 'plain':
        break;
      case 'connection':
        this.#addConnection(value);
        return;
      case 'contentLength':
        this.#addContentLength(value);
        return;
      case 'contentType':
        this.#noteContentType(name);
        break;
      case 'date':
        if (this.hasDate) throw repeated(name);
        this.hasDate = true;
        break;
      case 'trailer':
        this.hasTrailer = true;
        break;
      case 'forbidden':
        throw forbiddenField(name, 'the connection decides it, and sets it itself where it is due');
    }
    const line = `${name}: ${value}\r\n`;
    this.text += line;
    remember(name, value, line);
  }

  #noteContentType(name: string): void {
    if (this.hasContentType) throw repeated(name);
    this.hasContentType = true;
  }

  #addConnection(value: string): void {
    const option = value.toLowerCase();
    if (option === 'close') this.closes = true;
    else if (option !== 'keep-alive') {
      throw new ReplyError(
        'SLUICE_REPLY_FIELD_VALUE_INVALID',
        `Connection must be 'close' or 'keep-alive'; got ${describe(value)}`,
      );
    }
  }

  /** Two of them, or one that is no number, are read differently by different clients (RFC 9112 §6.3). */
  #addContentLength(value: string): void {
    if (this.contentLength >= 0) throw repeated('Content-Length');
    const length = Number(value);
    if (!/^[0-9]+$/.test(value) || !Number.isSafeInteger(length)) {
      throw new ReplyError(
        'SLUICE_REPLY_LENGTH_INVALID',
        `Content-Length must be a number of bytes, digits only; got ${describe(value)}`,
      );
    }
    this.contentLength = length;
  }
}

function kindOf(name: string): Kind {
  const before = known.get(name);
  if (before !== undefined) return before.kind;
  checkFieldName(name);
  const kind = SPECIAL.get(name.toLowerCase()) ?? 'plain';
  if (known.size < KNOWN_NAMES_MAX) known.set(name, { kind, value: '', line: '' });
  return kind;
}

/** What has to be looked at each time, or is different each time, is not remembered. */
function remember(name: string, value: string, line: string): void {
  const field = known.get(name);
  if (field === undefined || value.length > KNOWN_VALUE_LENGTH_MAX) return;
  if (field.kind !== 'plain' && field.kind !== 'contentType') return;
  field.value = value;
  field.line = line;
}

function repeated(name: string): ReplyError {
  return new ReplyError('SLUICE_REPLY_FIELD_REPEATED', `${name} may be given only once`);
}
