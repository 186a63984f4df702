// What `RequestParser` tells of some bytes, as lines that a person can read. `@n` is an offset from
// the connection's first byte: of a head, of trailers and of an end, one past their last byte; of
// content, its first byte; of a fault, the byte that broke the rule.

import { faultCode } from '../../src/fsm/faults.js';
import { type Limits, type ParsedHead, RequestParser } from '../../src/fsm/index.js';
import { shown, shownBytes } from './bytes.js';

/** Of a message with many chunks, the content of only so many is shown. */
const CONTENT_LINES_MAX = 4;

/** The log for bytes that come in these pieces, with a FIN behind them. */
export function eventLog(pieces: Iterable<Uint8Array>, limits: Partial<Limits> = {}): string[] {
  const log = new EventLog();
  const parser = new RequestParser(limits, {
    head: (head) => log.add(...headLines(head, parser.offset)),
    body: (bytes, from, to) => log.content(bytes.subarray(from, to), log.base + from),
    trailers: (flat) => log.add(`@${parser.offset} trailers`, ...fieldLines(flat)),
    fault: ({ id, status, offset }) =>
      log.add(`@${offset} fault ${faultCode(id).replace('SLUICE_FAULT_', '')} ${status}`),
    end: () => log.add(`@${parser.offset} end`),
  });
  for (const piece of pieces) {
    if (!parser.open) break;
    // The parser may keep nothing of what it was given: whoever fed it uses the memory again.
    const memory = Uint8Array.from(piece);
    parser.feed(memory);
    log.base += piece.length;
    memory.fill(0);
  }
  parser.end();
  return log.lines();
}

/** `bytes` in pieces of `size`. */
export function* piecesOf(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

function headLines(head: ParsedHead, offset: number): string[] {
  const words = [`${head.method} ${shown(head.target)} HTTP/${head.httpVersion}`, head.targetForm];
  if (head.framing === 'length') words.push(`length ${head.contentLength}`);
  if (head.framing === 'chunked') words.push('chunked');
  if (head.expectsContinue) words.push('expects 100');
  if (head.head.upgrade) words.push('upgrade');
  if (!head.persistent) words.push('last');
  return [`@${offset} head ${words.join(', ')}`, ...fieldLines(head.rawHeaders)];
}

function fieldLines(flat: readonly string[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i < flat.length; i += 2) {
    const line = `    ${shown(flat[i] ?? '')}: ${shown(flat[i + 1] ?? '')}`.trimEnd();
    let count = 1;
    while (flat[i] === flat[i + 2] && flat[i + 1] === flat[i + 3]) {
      count++;
      i += 2;
    }
    lines.push(count === 1 ? line : `${line} (${count} times)`);
  }
  return lines;
}

class EventLog {
  /** Offset of the piece's first byte. */
  base = 0;
  readonly #lines: string[] = [];
  #content: Uint8Array[] = [];
  #contentFrom = 0;
  #contentTo = 0;
  #contentLines = 0;
  #hiddenBytes = 0;

  /** Spans that touch are one: how content is cut is not the parser's promise. */
  content(bytes: Uint8Array, offset: number): void {
    if (bytes.length === 0) throw new Error('an empty span of content');
    if (offset !== this.#contentTo || this.#content.length === 0) {
      this.#endSpan();
      this.#contentFrom = offset;
    }
    this.#content.push(Uint8Array.from(bytes));
    this.#contentTo = offset + bytes.length;
  }

  add(...lines: string[]): void {
    this.#endContent();
    this.#lines.push(...lines);
  }

  lines(): string[] {
    this.#endContent();
    return this.#lines;
  }

  #endSpan(): void {
    if (this.#content.length === 0) return;
    const span = Buffer.concat(this.#content);
    this.#content = [];
    if (++this.#contentLines > CONTENT_LINES_MAX) this.#hiddenBytes += span.length;
    else this.#lines.push(`@${this.#contentFrom} body ${span.length} ${shownBytes(span)}`);
  }

  #endContent(): void {
    this.#endSpan();
    if (this.#contentLines > CONTENT_LINES_MAX) {
      const spans = this.#contentLines - CONTENT_LINES_MAX;
      this.#lines.push(`    and ${this.#hiddenBytes} bytes more in ${spans} pieces`);
    }
    this.#contentLines = 0;
    this.#hiddenBytes = 0;
  }
}
