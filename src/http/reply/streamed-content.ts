// Content that is pulled when it is sent. All copies of a reply share it. A stream can be sent only
// once, so all copies also share whether it was opened.

import { shown } from '../../options/shown.js';
import { type AsyncScope, currentScope } from './async-scope.js';
import {
  type BodySource,
  hearErrors,
  leaveUncancelled,
  openBody,
  type StreamedBody,
} from './body-source.js';
import { isBlob, isFormData, isReadableStream } from './bytes-of.js';
import { ReplyError } from './reply-error.js';

export class StreamedContent {
  /** The number of bytes, or −1 if it is not known. */
  readonly size: number;
  /** Its media type; empty without one. */
  readonly type: string;
  /** True for the content of a standard Response: its stream may give everything at once. */
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

  /**
   * @throws ReplyError if it was opened before or has another reader; a Blob can be opened often
   */
  open(): BodySource {
    const body = this.#body;
    if (isBlob(body)) return openBody(streamOfBlob(body));
    this.#markOpened();
    return openBody(body, this.#scope);
  }

  /** The stream itself. It then counts as opened. */
  take(): ReadableStream<Uint8Array | string> {
    this.#markOpened();
    // Boundary: called only if `maybeWhole` is true; the body is then a stream.
    return this.#body as ReadableStream<Uint8Array | string>;
  }

  /** Drops content that is not sent. */
  discard(reason: unknown, onError: ((error: unknown) => void) | undefined): void {
    if (this.#opened || isBlob(this.#body)) return;
    try {
      this.open().close(reason, onError);
    } catch (error) {
      // Locked meanwhile: its reader ends it.
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

/** The content of an object that is neither a string nor bytes. */
export function streamedContentOf(body: unknown): StreamedContent {
  if (typeof body !== 'object' || body === null) throw unfitBody(body);
  if (isReadableStream(body)) {
    if (!body.locked) return new StreamedContent(body, -1, '');
    throw new ReplyError('SLUICE_REPLY_BODY_USED', 'the stream given as the body is locked');
  }
  if (isBlob(body)) return new StreamedContent(body, body.size, body.type);
  if (isFormData(body)) return contentOfForm(body);
  if (Symbol.asyncIterator in body || Symbol.iterator in body) {
    // Errors are ignored until the stream is pulled or discarded; then they are reported.
    hearErrors(body, ignore);
    // Boundary: each chunk is checked when it comes.
    return new StreamedContent(body as StreamedBody, -1, '');
  }
  throw unfitBody(body);
}

function ignore(): void {}

/** The platform chooses the boundary between the fields and names it in the type. */
function contentOfForm(form: FormData): StreamedContent {
  const { headers, body } = new Response(form);
  const type = headers.get('content-type') ?? '';
  // A FormData of another realm becomes a string here.
  if (body === null || !type.startsWith('multipart/form-data')) throw unfitBody(form);
  leaveUncancelled(body);
  return new StreamedContent(body, -1, type);
}

function streamOfBlob(blob: Blob): StreamedBody {
  return typeof blob.stream === 'function' ? blob.stream() : onceRead(blob);
}

/** For implementations of Blob without a stream. */
async function* onceRead(blob: Blob): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(await blob.arrayBuffer());
}

function unfitBody(body: unknown): ReplyError {
  return new ReplyError(
    'SLUICE_REPLY_BODY_INVALID',
    `a body must be a string, bytes (a Uint8Array, any other view or an ArrayBuffer), a Blob, a ReadableStream, an (async) iterable of strings or bytes, URLSearchParams, FormData, or null; got ${shown(body)}`,
  );
}
