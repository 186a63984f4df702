// The field lines of a final response. It decides which names a handler may set. It reads
// Connection and Content-Length for the connection, which writes both fields itself.

import { shown } from '../../options/shown.js';
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
  | 'upgrade'
  | 'forbidden';

const SPECIAL: ReadonlyMap<string, Kind> = new Map([
  ['connection', 'connection'],
  ['content-length', 'contentLength'],
  ['content-type', 'contentType'],
  ['date', 'date'],
  ['trailer', 'trailer'],
  ['transfer-encoding', 'forbidden'],
  ['keep-alive', 'forbidden'],
  ['upgrade', 'upgrade'],
]);

/** The field Upgrade was given. */
const UPGRADE_FIELD = 1;
/** The field Connection has the option `upgrade`. */
const UPGRADE_OPTION = 2;

/** A name that was checked before, with the last line of that name. */
interface KnownField {
  readonly kind: Kind;
  value: string;
  /** Empty if no value is remembered. */
  line: string;
}

/** Handlers send the same few names, and mostly the same values, again and again. */
const known = new Map<string, KnownField>();
/**
 * Names and values may come from a request's content, so there is a bound on remembered ones.
 */
const KNOWN_NAMES_MAX = 512;
const KNOWN_VALUE_LENGTH_MAX = 128;

/**
 * No superclass: the constructor of a parent is not inlined, and one object is made for each reply.
 */
export class ReplyFields implements FieldSink {
  /** All lines, each with its CRLF. */
  text: string;
  /** The Content-Length that the handler declared, or -1. */
  contentLength: number;
  /** `Connection: close` was given: the connection ends with this reply. */
  closes: boolean;
  hasContentType: boolean;
  hasDate: boolean;
  hasTrailer: boolean;
  /** Bits: Upgrade was given, or Connection names it. Allowed in a 426 only. */
  upgrade: number;

  constructor() {
    this.text = '';
    this.contentLength = -1;
    this.closes = false;
    this.hasContentType = false;
    this.hasDate = false;
    this.hasTrailer = false;
    this.upgrade = 0;
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
      case 'upgrade':
        this.upgrade |= UPGRADE_FIELD;
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
    for (const given of value.split(',')) {
      const option = given.trim().toLowerCase();
      if (option === 'close') this.closes = true;
      else if (option === 'upgrade') this.upgrade |= UPGRADE_OPTION;
      else if (option !== 'keep-alive') {
        throw new ReplyError(
          'SLUICE_REPLY_FIELD_VALUE_INVALID',
          `Connection must be 'close' or 'keep-alive'; got ${shown(value)}`,
        );
      }
    }
  }

  /**
   * Two lengths, or a length that is no number, are read differently by different clients (RFC 9112
   * §6.3).
   */
  #addContentLength(value: string): void {
    if (this.contentLength >= 0) throw repeated('Content-Length');
    const length = Number(value);
    if (!/^[0-9]+$/.test(value) || !Number.isSafeInteger(length)) {
      throw new ReplyError(
        'SLUICE_REPLY_LENGTH_INVALID',
        `Content-Length must be a number of bytes, digits only; got ${shown(value)}`,
      );
    }
    this.contentLength = length;
  }
}

/**
 * The line that must accompany Upgrade. A server MUST send Upgrade in a 426 (RFC 9110 §15.5.22). A
 * sender of Upgrade MUST also send the option `upgrade` in Connection (§7.8).
 *
 * @throws ReplyError for any other status: there, the connection decides
 */
export function upgradeLine(upgrade: number, status: number): string {
  if ((upgrade & UPGRADE_FIELD) === 0) {
    throw new ReplyError(
      'SLUICE_REPLY_FIELD_VALUE_INVALID',
      "Connection may be 'upgrade' only beside the field Upgrade, in a 426",
    );
  }
  if (status !== 426) {
    throw forbiddenField('Upgrade', `it may stand in a 426, and the status is ${status}`);
  }
  return 'Connection: Upgrade\r\n';
}

function kindOf(name: string): Kind {
  const before = known.get(name);
  if (before !== undefined) return before.kind;
  checkFieldName(name);
  const kind = SPECIAL.get(name.toLowerCase()) ?? 'plain';
  if (known.size < KNOWN_NAMES_MAX) known.set(name, { kind, value: '', line: '' });
  return kind;
}

/**
 * Remembers a line. Lines that differ each time, or must be checked each time, are not remembered.
 */
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
