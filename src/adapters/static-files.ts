import { realpathSync } from 'node:fs';
import type { Reply, RequestContext } from '../index.js';
import { reply } from '../index.js';
import { planAnswer } from './answer-plan.js';
import { type Contained, openContained } from './contained-file.js';
import { FilePieces, PIECE_BYTES, readWhole } from './file-pieces.js';
import { mimeTypeOf } from './mime-types.js';
import { directoryLocation, parseStaticPath } from './static-path.js';
import { validatorsOf } from './validators.js';

export interface StaticFilesOptions {
  /** The file that stands for its directory. Default `index.html`. */
  readonly index?: string;
  /** The file of the root that is sent with a 404, if there is one. Default `404.html`. */
  readonly notFoundPage?: string;
  /** Cache-Control of what is found, for example `public, max-age=3600`. Default: none is sent. */
  readonly cacheControl?: string;
}

/** A handler for `createServer({ fetch })`, or to be called by one. */
export type StaticFilesHandler = (request: Request, context: RequestContext) => Promise<Reply>;

/**
 * Serves the files below `root` to GET and HEAD, with validators, conditions and
 * single ranges. What is not below the root, also by a symlink, and what begins with
 * a dot is not found. A directory gives its index file, and is never listed.
 *
 * The root is resolved once, at this call: where it is itself a symlink, a later
 * change of that symlink is not seen.
 *
 * @throws the error of the file system if `root` is not there; ReplyError if `cacheControl` is no field value.
 *
 * @example
 * ```js
 * const server = createServer({ fetch: staticFiles('public', { cacheControl: 'max-age=60' }) });
 * ```
 */
export function staticFiles(root: string, options: StaticFilesOptions = {}): StaticFilesHandler {
  const tree = new StaticTree(root, options);
  return (request, context) => tree.answer(request, context);
}

class StaticTree {
  readonly #root: string;
  readonly #index: string;
  readonly #notFoundPage: string;
  readonly #cacheControl: string | undefined;

  constructor(root: string, options: StaticFilesOptions) {
    this.#root = realpathSync(root);
    this.#index = options.index ?? 'index.html';
    this.#notFoundPage = options.notFoundPage ?? '404.html';
    this.#cacheControl = options.cacheControl;
    // What no header can hold throws here, and not at the first request.
    if (this.#cacheControl !== undefined) {
      reply(undefined, { headers: { 'Cache-Control': this.#cacheControl } });
    }
  }

  async answer(request: Request, context: RequestContext): Promise<Reply> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return plain(405, 'Only GET and HEAD are answered here.\n', { Allow: 'GET, HEAD' });
    }
    const path = parseStaticPath(context.target);
    if (path.kind === 'malformed') return plain(400, 'The target is not percent-encoded UTF-8.\n');
    if (path.kind === 'forbidden') return this.#notFound(request, context);

    const found = await openContained(this.#root, path.segments);
    if (found === undefined) return this.#notFound(request, context);
    if (found.kind === 'file') {
      if (path.directory) {
        await found.handle.close();
        return this.#notFound(request, context);
      }
      return this.#send(request, context, found, path.segments.at(-1) ?? '');
    }
    if (!path.directory) {
      const location = directoryLocation(path.segments, path.query);
      return plain(308, `This is a directory: ${location}\n`, { Location: location });
    }
    const index = await openContained(this.#root, [...path.segments, this.#index]);
    if (index?.kind !== 'file') return this.#notFound(request, context);
    return this.#send(request, context, index, this.#index);
  }

  async #send(
    request: Request,
    context: RequestContext,
    file: OpenFile,
    name: string,
  ): Promise<Reply> {
    const validators = validatorsOf(file.size, file.modifiedNs);
    const plan = planAnswer(request.method, request.headers, Number(file.size), validators);
    const headers: Record<string, string | number> = {
      ETag: validators.etag,
      'Last-Modified': validators.lastModified,
    };
    if (plan.contentRange !== undefined) headers['Content-Range'] = plan.contentRange;

    if (plan.status === 412 || plan.status === 416) {
      await file.handle.close();
      return plain(plan.status, REFUSALS[plan.status], headers);
    }
    headers['X-Content-Type-Options'] = 'nosniff';
    if (this.#cacheControl !== undefined) headers['Cache-Control'] = this.#cacheControl;
    if (plan.status === 304) {
      await file.handle.close();
      return reply(undefined, { status: 304, headers });
    }
    headers['Accept-Ranges'] = 'bytes';
    headers['Content-Type'] = mimeTypeOf(name);
    headers['Content-Length'] = plan.length;
    const body = await contentOf(request.method, file, plan.start, plan.length, context);
    return reply(body, { status: plan.status, headers });
  }

  async #notFound(request: Request, context: RequestContext): Promise<Reply> {
    const page = await openContained(this.#root, [this.#notFoundPage]);
    if (page?.kind !== 'file') return plain(404, 'Not found.\n');
    const length = Number(page.size);
    const body = await contentOf(request.method, page, 0, length, context);
    return reply(body, {
      status: 404,
      headers: {
        'Content-Type': mimeTypeOf(this.#notFoundPage),
        'Content-Length': length,
        'X-Content-Type-Options': 'nosniff',
      },
    });
  }
}

type OpenFile = Extract<Contained, { kind: 'file' }>;

const REFUSALS = {
  412: 'The file is not, or no longer, what the condition says.\n',
  416: 'The file has no such range.\n',
} as const;

/** The body for this part of a file: a small one at once, a long one piece by piece. Takes over the handle. */
async function contentOf(
  method: string,
  file: OpenFile,
  start: number,
  length: number,
  context: RequestContext,
): Promise<Uint8Array | FilePieces | undefined> {
  if (method === 'HEAD' || length === 0) {
    await file.handle.close();
    return undefined;
  }
  if (length <= PIECE_BYTES) return readWhole(file.handle, start, length);
  const pieces = new FilePieces(file.handle, start, length);
  // Who sends the reply also ends its body. Somebody in between may have dropped the
  // reply for another, though: then the end of the exchange closes the handle.
  context.waitUntil(context.completed.then(() => pieces.close()));
  return pieces;
}

function plain(status: number, text: string, headers: Record<string, string | number> = {}): Reply {
  return reply(text, { status, headers: { ...headers, 'X-Content-Type-Options': 'nosniff' } });
}
