// The responses to a case, read as a strict client does that hears all of them: test/support says by which
// rules. Whatever is no whole response throws.

import type { ReadHead } from '../support/response-head-parser.js';
import { valuesOf } from '../support/response-head-parser.js';
import { contentOf, ResponseStream } from '../support/response-stream.js';

type Pairs = ReadHead['fields'];

export class ReadResponse {
  readonly status: number;
  /** One character a byte. */
  readonly body: string;
  readonly trailers: Pairs;
  private readonly head: ReadHead;

  constructor(head: ReadHead, body: string, trailers: Pairs) {
    this.status = head.status;
    this.body = body;
    this.trailers = trailers;
    this.head = head;
  }

  /** The status line, without its CRLF: no other one is read as these. */
  get line(): string {
    return `HTTP/1.1 ${this.status} ${this.head.reason}`;
  }

  /** All values of a field, in order. */
  values(name: string): string[] {
    return valuesOf(this.head, name.toLowerCase());
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
  const stream = new ResponseStream((index) => methods[index] === 'HEAD');
  stream.feed(Buffer.from(text, 'latin1'));
  if (closed) stream.finish();
  const { responses, completeCount, between } = stream;
  if (completeCount < responses.length || !between)
    throw new Error(`the server sent a response that is not whole: ${JSON.stringify(text)}`);
  const read: ReadResponse[] = [];
  for (const response of responses) {
    const body = Buffer.from(contentOf(response)).toString('latin1');
    for (const interim of response.interim) read.push(new ReadResponse(interim, '', []));
    read.push(new ReadResponse(response.head, body, response.trailers));
  }
  for (const interim of stream.interim) read.push(new ReadResponse(interim, '', []));
  return read;
}
