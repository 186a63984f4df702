// Content that is pulled when it is sent. The copies of a reply share it, and with it the fact that
// it was opened: a stream can be sent once.

import { describe } from '../describe.js';
import { type AsyncScope, currentScope } from './async-scope.js';
import { type BodySource, hearErrors, openBody, type StreamedBody } from './body-source.js';
import { isBlob, isFormData, isReadableStream } from './bytes-of.js';
import { ReplyError } from './reply-error.js';

export class StreamedContent {
  /** The bytes of it, or −1 where nobody knows. */
  readonly size: number;
  /** Its media type; empty where it has none of its own. */
  readonly type: string;
  /** A stream that may give all it has at once: the content of a standard Response. */
  readonly maybeWhole: boolean;
  readonly #body: StreamedBody | Blob;
  readonly #scope: AsyncScope | undefined;
  #opened: boolean;

  constructor(body: StreamedBody | Blob, size: number, type: string, maybeWhole: boolean = false) {
    this.size = size;
    this.type = type;
    this.maybeWhole = maybeWhole;
    this.#body = body;
    this.#scope = currentScope();
    this.#opened = false;
  }

  /** @throws ReplyError if it was opened before, or somebody else reads it; a Blob can be opened often */
  open(): BodySource {
    const body = this.#body;
    if (isBlob(body)) return openBody(streamOfBlob(body));
    this.#markOpened();
    return openBody(body, this.#scope);
  }

  /** The stream itself, which counts as opened. */
  take(): ReadableStream<Uint8Array | string> {
    this.#markOpened();
    // Boundary: asked only of content that may be whole, which is a stream.
    return this.#body as ReadableStream<Uint8Array | string>;
  }

  /** Gives up what will not be sent. */
  discard(reason: unknown, onError: ((error: unknown) => void) | undefined): void {
    if (this.#opened || isBlob(this.#body)) return;
    try {
      this.open().close(reason, onError);
    } catch (error) {
      // Locked since: whoever reads it ends it.
      onError?.(error);
    }
  }

  #markOpened(): void {
    if (this.#opened) {
      throw new ReplyError(
        'SLUICE_REPLY_BODY_USED',
        'a reply with a streamed body can be sent only once: make a new one for each request',
      );
    }
    this.#opened = true;
  }
}

/** Content of an object that is neither a string nor bytes. */
export function streamedContentOf(body: unknown): StreamedContent {
  if (typeof body !== 'object' || body === null) throw unfitBody(body);
  if (isReadableStream(body)) {
    if (!body.locked) return new StreamedContent(body, -1, '');
    throw new ReplyError('SLUICE_REPLY_BODY_USED', 'the stream given as the body is locked');
  }
  if (isBlob(body)) return new StreamedContent(body, body.size, body.type);
  if (isFormData(body)) return contentOfForm(body);
  if (Symbol.asyncIterator in body || Symbol.iterator in body) {
    // Who pulls or discards it hears of its errors; until then they are nobody's.
    hearErrors(body, ignore);
    // Boundary: what it gives is looked at chunk by chunk.
    return new StreamedContent(body as StreamedBody, -1, '');
  }
  throw unfitBody(body);
}

function ignore(): void {}

/** The platform draws the boundary between the fields, and the type names it. */
function contentOfForm(form: FormData): StreamedContent {
  const { headers, body } = new Response(form);
  const type = headers.get('content-type') ?? '';
  // The FormData of another realm becomes a string there.
  if (body === null || !type.startsWith('multipart/form-data')) throw unfitBody(form);
  return new StreamedContent(body, -1, type);
}

function streamOfBlob(blob: Blob): StreamedBody {
  return typeof blob.stream === 'function' ? blob.stream() : onceRead(blob);
}

/** Some implementations of Blob have no stream. */
async function* onceRead(blob: Blob): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(await blob.arrayBuffer());
}

function unfitBody(body: unknown): ReplyError {
  return new ReplyError(
    'SLUICE_REPLY_BODY_INVALID',
    `a body must be a string, bytes (a Uint8Array, any other view or an ArrayBuffer), a Blob, a ReadableStream, an (async) iterable of strings or bytes, URLSearchParams, FormData, or null; got ${describe(body)}`,
  );
}
