// The same bytes in pieces: whole, byte by byte, cut at every place, cut at given places. What a
// parser tells must not depend on how the network cut its input, so each log is taken in every way
// and all must be equal. A log is a list of lines, `@offset event details`, offsets counted from the
// connection's first byte.

import { faultName } from '../../src/fsm/faults.js';
import { type Limits, limitsFrom } from '../../src/fsm/limits.js';
import { FRAMING_NONE, type Head } from '../../src/fsm/parse/head.js';
import { latin1 } from '../../src/fsm/parse/latin1.js';
import { ParsedHead, RequestParser } from '../../src/fsm/parse/request-parser.js';
import {
  READ_CONTENT,
  READ_END,
  READ_FAULT,
  READ_HEAD,
  READ_MORE,
  RequestReader,
} from '../../src/fsm/parse/request-reader.js';

/** Bytes, or a string that stands for them: one character a byte. */
export type Bytes = string | Uint8Array;

export function bytesOf(input: Bytes): Uint8Array {
  return typeof input === 'string' ? Uint8Array.from(input, (c) => c.charCodeAt(0)) : input;
}

/** The pieces between `places`, which need be neither sorted nor distinct; equal places make empty pieces. */
export function cutAt(input: Bytes, places: readonly number[]): Uint8Array[] {
  const bytes = bytesOf(input);
  const sorted = [...places].sort((a, b) => a - b);
  return [0, ...sorted].map((from, i) => bytes.slice(from, sorted[i] ?? bytes.length));
}

/** One piece for each byte. */
export function byteByByte(input: Bytes): Uint8Array[] {
  return Array.from(bytesOf(input), (byte) => Uint8Array.of(byte));
}

/** Every way to give `input`: whole, byte by byte, the same with empty reads between, in two at each place. */
export function* everyWay(input: Bytes): Generator<readonly [name: string, pieces: Uint8Array[]]> {
  const bytes = bytesOf(input);
  yield ['whole', [bytes]];
  const single = byteByByte(bytes);
  yield ['byte by byte', single];
  yield ['with empty reads', single.flatMap((piece) => [new Uint8Array(0), piece])];
  for (let at = 1; at < bytes.length; at++) yield [`cut at ${at}`, cutAt(bytes, [at])];
}

/** What `run` tells of `input`, which must be the same for every way to cut it. */
export function everySplit(
  run: (pieces: readonly Uint8Array[]) => string[],
  input: Bytes,
): string[] {
  let first: string[] | undefined;
  for (const [name, pieces] of everyWay(input)) {
    const log = run(pieces);
    first ??= log;
    if (log.join('\n') !== first.join('\n')) {
      throw new Error(`${name}:\n${log.join('\n')}\n\nbut whole:\n${first.join('\n')}`);
    }
  }
  return first ?? [];
}

/** The log of a `RequestReader`, checked for every split, and against that of a `RequestParser`. */
export function readLog(input: Bytes, limits: Partial<Limits> = {}): string[] {
  const log = everySplit((pieces) => readerLog(pieces, limits), input);
  const unplaced = log.map(withoutOffset).join('\n');
  const parsed = everySplit((pieces) => parserLog(pieces, limits), input);
  // The reader leaves bodyBytesMax to whoever drives it.
  if (parsed.some((line) => line.endsWith('fault bodyTooLarge'))) return log;
  if (parsed.map(withoutOffset).join('\n') !== unplaced)
    throw new Error(`the parser tells\n${parsed.join('\n')}\nwhere the reader tells\n${unplaced}`);
  return log;
}

/** The log of a `RequestParser`, checked for every split. */
export function parseLog(input: Bytes, limits: Partial<Limits> = {}): string[] {
  return everySplit((pieces) => parserLog(pieces, limits), input);
}

/** What a `RequestReader` tells of these pieces and of the end behind them. */
export function readerLog(pieces: readonly Uint8Array[], limits: Partial<Limits> = {}): string[] {
  const log = new EventLog();
  const reader = new RequestReader(limitsFrom(limits));
  for (const piece of pieces) {
    const memory = amongOthers(piece);
    const to = MARGIN + piece.length;
    for (let at = MARGIN, signal = -1; signal !== READ_MORE; at = reader.at) {
      signal = reader.read(memory, at, to);
      if (reader.at < at || reader.at > to) throw new Error(`reader.at is ${reader.at}`);
      const offset = log.base + reader.at - MARGIN;
      if (signal === READ_HEAD) {
        log.add(offset, headLine(reader.head));
        if (reader.head.framing === FRAMING_NONE) log.add(offset, 'end');
      } else if (signal === READ_CONTENT) {
        log.content(memory, reader.contentFrom, reader.contentTo);
      } else if (signal === READ_END) {
        if (reader.trailers.length > 0) log.add(offset, `trailers ${pairs(reader.trailers)}`);
        log.add(offset, 'end');
      } else if (signal === READ_FAULT) {
        log.add(reader.faultOffset, `fault ${faultName(reader.fault)}`);
        return log.lines();
      } else if (reader.at !== to) throw new Error('bytes were left over');
    }
    log.passed(piece);
    memory.fill(0);
  }
  if (reader.midHead) log.add(log.base, 'fault headTruncated');
  else if (reader.midContent) log.add(log.base, 'fault bodyTruncated');
  return log.lines();
}

/** What a `RequestParser` tells of these pieces, then of `end()`. Heads, trailers and ends have no offset here. */
export function parserLog(pieces: readonly Uint8Array[], limits: Partial<Limits> = {}): string[] {
  const log = new EventLog();
  const parser = new RequestParser(limits, {
    head: ({ head }) => log.add(undefined, headLine(head)),
    body: (bytes, from, to) => log.content(bytes, from, to),
    trailers: (trailers) => log.add(undefined, `trailers ${pairs(trailers)}`),
    fault: ({ id, offset }) => log.add(offset, `fault ${faultName(id)}`),
    end: () => log.add(undefined, 'end'),
  });
  for (const piece of pieces) {
    const memory = amongOthers(piece);
    parser.feed(memory, MARGIN, MARGIN + piece.length);
    log.passed(piece);
    memory.fill(0);
  }
  parser.end();
  return log.lines();
}

/** The line without its offset. */
export function withoutOffset(line: string): string {
  return line.replace(/^@\S+ /, '');
}

/** Bytes around a piece that are none of the parser's business; looked at, they would show. */
const MARGIN = 7;

function amongOthers(piece: Uint8Array): Uint8Array {
  const memory = new Uint8Array(piece.length + 2 * MARGIN).fill(0x41);
  memory.set(piece, MARGIN);
  return memory;
}

class EventLog {
  /** Offset of the piece's first byte. */
  base = 0;
  readonly #lines: string[] = [];
  #content = '';
  #contentFrom = 0;

  passed(piece: Uint8Array): void {
    this.base += piece.length;
  }

  /** Spans that touch are one: how content is cut is not the parser's promise. */
  content(memory: Uint8Array, from: number, to: number): void {
    if (from >= to) throw new Error('an empty span of content');
    if (this.#content === '') this.#contentFrom = this.base + from - MARGIN;
    this.#content += latin1(memory, from, to);
  }

  add(offset: number | undefined, text: string): void {
    this.#flush();
    this.#lines.push(offset === undefined ? text : `@${offset} ${text}`);
  }

  lines(): string[] {
    this.#flush();
    return this.#lines;
  }

  #flush(): void {
    if (this.#content === '') return;
    this.#lines.push(`@${this.#contentFrom} content ${JSON.stringify(this.#content)}`);
    this.#content = '';
  }
}

function headLine(head: Head): string {
  const parsed = new ParsedHead(head);
  const words = ['head', parsed.method, parsed.target, parsed.httpVersion, parsed.targetForm];
  words.push(pairs(parsed.rawHeaders), parsed.framing);
  if (parsed.framing === 'length') words.push(String(parsed.contentLength));
  if (!parsed.persistent) words.push('close');
  if (parsed.expectsContinue) words.push('expects');
  if (head.upgrade) words.push('upgrade');
  return words.join(' ');
}

function pairs(flat: readonly string[]): string {
  const shown: string[] = [];
  for (let i = 0; i < flat.length; i += 2) shown.push(`${flat[i]}: ${flat[i + 1]}`);
  return `(${shown.join(', ')})`;
}
