// Reads what the server sent as a strict client would: any break of the grammar that a sender is
// bound to throws (RFC 9112 §2 to §7, from the side of a recipient).

type Pairs = readonly (readonly [name: string, value: string])[];

export class ReadResponse {
  /** The status line, without its CRLF. */
  readonly line: string;
  readonly status: number;
  readonly fields: Pairs;
  /** One character a byte. */
  readonly body: string;
  readonly trailers: Pairs;

  constructor(line: string, fields: Pairs, body: string, trailers: Pairs) {
    this.line = line;
    this.status = Number(line.slice(9, 12));
    this.fields = fields;
    this.body = body;
    this.trailers = trailers;
  }

  /** All values of a field, in order. */
  values(name: string): string[] {
    const wanted = name.toLowerCase();
    return this.fields.filter(([n]) => n.toLowerCase() === wanted).map(([, value]) => value);
  }
}

/**
 * All responses in `text` (latin1). `methods` are those of the requests, in order: a response to HEAD
 * has no content. `closed` says that the server has ended its side.
 */
export function readResponses(
  text: string,
  methods: readonly string[],
  closed: boolean,
): ReadResponse[] {
  const responses: ReadResponse[] = [];
  let rest = text;
  let answered = 0;
  while (rest !== '') {
    const [response, after] = readResponse(rest, methods[answered] ?? 'GET', closed);
    responses.push(response);
    if (response.status >= 200) answered++;
    rest = after;
  }
  return responses;
}

function readResponse(text: string, method: string, closed: boolean): [ReadResponse, string] {
  const [lines, after] = sectionOf(text);
  const [line = '', ...fieldLines] = lines;
  if (!/^HTTP\/1\.1 [1-5]\d\d [\t\x20-\x7e\x80-\xff]*$/.test(line)) fail('status line', line);
  const head = new ReadResponse(line, fieldLines.map(fieldOf), '', []);
  const codings = head.values('transfer-encoding');
  const lengths = head.values('content-length');
  if (codings.length + lengths.length > 1) fail('framing', text);
  if ((head.status < 200 || head.status === 204) && codings.length + lengths.length > 0)
    fail('framing of a response without content', text);
  if (head.status < 200 || head.status === 204 || head.status === 304 || method === 'HEAD')
    return [head, after];
  if (codings.length > 0) {
    if (codings[0] !== 'chunked') fail('transfer coding', codings[0] ?? '');
    const { content, trailers, rest } = readChunked(after);
    return [new ReadResponse(line, head.fields, content, trailers), rest];
  }
  if (lengths.length === 0 && !closed) fail('content without an end', text);
  if (lengths.length > 0 && !/^\d+$/.test(lengths[0] ?? '')) fail('Content-Length', text);
  const length = lengths.length === 0 ? after.length : Number(lengths[0]);
  if (after.length < length) fail('content that is cut short', text);
  const body = after.slice(0, length);
  return [new ReadResponse(line, head.fields, body, []), after.slice(length)];
}

function readChunked(text: string): { content: string; trailers: Pairs; rest: string } {
  let content = '';
  let rest = text;
  for (;;) {
    const [line, after] = lineOf(rest);
    if (!/^[0-9a-f]+$/.test(line)) fail('chunk size', line);
    const size = Number.parseInt(line, 16);
    if (size === 0) {
      const [lines, behind] = sectionOf(after);
      return { content, trailers: lines.map(fieldOf), rest: behind };
    }
    content += after.slice(0, size);
    if (after.slice(size, size + 2) !== '\r\n') fail('end of a chunk', after);
    rest = after.slice(size + 2);
  }
}

/** The lines up to an empty one, and what stands behind it. */
function sectionOf(text: string): [lines: string[], after: string] {
  const lines: string[] = [];
  for (let rest = text; ; ) {
    const [line, after] = lineOf(rest);
    if (line === '') return [lines, after];
    lines.push(line);
    rest = after;
  }
}

function lineOf(text: string): [line: string, after: string] {
  const end = text.indexOf('\r\n');
  if (end < 0) fail('line without an end', text);
  const line = text.slice(0, end);
  if (/[\r\n]/.test(line)) fail('bare CR or LF', line);
  return [line, text.slice(end + 2)];
}

function fieldOf(line: string): [name: string, value: string] {
  const parts = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/.exec(line);
  if (parts === null) fail('field line', line);
  return [parts[1] ?? '', parts[2] ?? ''];
}

function fail(what: string, text: string): never {
  throw new Error(`the server sent a wrong ${what}: ${JSON.stringify(text.slice(0, 200))}`);
}
