// The rules by which a strict client reads responses: one place for all that read what sluice has
// written, as it comes (response-stream.ts), from a socket (raw-client.ts) or from a recording (the
// conformance corpus). test/reference reads them once more on purpose: from the grammar, with nothing in
// common with this.

/** A response head as a strict client reads it. */
export interface ReadHead {
  readonly status: number;
  readonly reason: string;
  /** In order, case as sent. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/**
 * Reads exactly one head and throws on anything else: a second empty line, a bare
 * CR or LF, a fold, a byte after the end. So what it returns is all that was sent.
 */
export function readResponseHead(head: string): ReadHead {
  if (!head.endsWith('\r\n\r\n')) throw new Error('the head does not end in an empty line');
  const [statusLine = '', ...lines] = head.slice(0, -4).split('\r\n');
  const status = /^HTTP\/1\.1 ([1-5][0-9]{2}) ([\t\x20-\x7e\x80-\xff]*)$/.exec(statusLine);
  if (status === null) throw new Error(`no status line: ${JSON.stringify(statusLine)}`);
  const fields = lines.map((line): [string, string] => {
    const field = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ((?:[\t\x20-\x7e\x80-\xff]*))$/.exec(line);
    if (field === null) throw new Error(`no field line: ${JSON.stringify(line)}`);
    return [field[1] as string, field[2] as string];
  });
  return { status: Number(status[1]), reason: status[2] as string, fields };
}

/** All values of one name, in any case. */
export function valuesOf(head: ReadHead, name: string): string[] {
  return head.fields.filter(([n]) => n.toLowerCase() === name).map(([, value]) => value);
}

/** How the end of the content is told. */
export type ContentFraming = 'none' | 'length' | 'chunked' | 'close';

/**
 * How much content follows a head, by RFC 9112 §6.3, in bytes where that is known. Throws on what a server
 * must not send.
 *
 * @param withoutContent the request was a HEAD
 */
export function framingOf(
  head: ReadHead,
  withoutContent: boolean,
): { readonly framing: ContentFraming; readonly length: number } {
  const { status } = head;
  const lengths = valuesOf(head, 'content-length');
  const codings = valuesOf(head, 'transfer-encoding');
  if (lengths.length + codings.length > 1)
    throw new Error('more than one word about where the content ends');
  if ((status < 200 || status === 204) && lengths.length + codings.length > 0)
    throw new Error(`${status} with a word about content`);
  const [length] = lengths;
  if (length !== undefined && !/^(0|[1-9][0-9]*)$/.test(length))
    throw new Error(`no length: ${length}`);
  const [coding] = codings;
  if (coding !== undefined && coding !== 'chunked') throw new Error(`no coding: ${coding}`);
  if (withoutContent || status < 200 || status === 204 || status === 304)
    return { framing: 'none', length: 0 };
  if (coding !== undefined) return { framing: 'chunked', length: 0 };
  if (length === undefined) return { framing: 'close', length: Number.POSITIVE_INFINITY };
  return { framing: 'length', length: Number(length) };
}

/** The size in a chunk's first line, which ends in CR LF. Sluice sends no extensions. */
export function chunkSizeOf(line: string): number {
  const size = /^(0|[1-9a-f][0-9a-f]*)\r\n$/.exec(line)?.[1];
  if (size === undefined) throw new Error(`no chunk size: ${JSON.stringify(line)}`);
  return Number.parseInt(size, 16);
}

/** The fields of a trailer section, which ends in an empty line. */
export function trailersOf(section: string): ReadHead['fields'] {
  // A head's field lines, without a head.
  return section === '\r\n' ? [] : readResponseHead(`HTTP/1.1 200 OK\r\n${section}`).fields;
}
