import type { Reply, RequestContext } from '../../index.js';
import { reply } from '../../index.js';
import { timeOfDay } from '../clock.js';
import { planAnswer } from './answer-plan.js';
import { CachedFile } from './cached-file.js';
import { FileSource } from './file-source.js';
import { mimeTypeOf } from './mime-types.js';
import type { ServedFile } from './served-file.js';
import { rootAt, type StaticFilesOptions, settingsFrom } from './static-options.js';
import {
  directoryLocation,
  parseStaticPath,
  pathOf,
  relativeLocation,
  type StaticPlace,
} from './static-path.js';
import { FileChanged } from './unchanged.js';

export type { StaticFilesOptions } from './static-options.js';

/** A handler for `createServer({ fetch })`. Another handler may call it, too. */
export type StaticFilesHandler = (request: Request, context: RequestContext) => Promise<Reply>;

/**
 * Serves the files below `root` to GET and HEAD, with validators, conditions and single ranges. A
 * file outside of the root is not found, nor is a name that begins with a dot. Symlinks do not
 * change this. A directory gives its index file, and is never listed.
 *
 * Files that did not change for half a second are kept in memory, within `cacheBytesMax`. Each
 * request still asks the file system whether the path leads to the same file, unchanged (its inode,
 * size and times). So a replaced, changed or deleted file is noticed at once. A change that the
 * file system does not report is not noticed. A change through a memory map may keep the times. A
 * network file system reports changes as late as its own cache. If your files change like this, set
 * `cacheBytesMax: 0`.
 *
 * The root is resolved once, at this call. If the root is a symlink, a later change of this symlink
 * is not noticed.
 *
 * @throws the error of the file system if `root` does not exist; TypeError or RangeError with
 * `code: 'SLUICE_OPTION_INVALID'` for a wrong option, or a `root` that is no directory; ReplyError if `cacheControl` is no field
 * value.
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
  readonly #files: FileSource;
  readonly #place: StaticPlace;
  readonly #index: string;
  readonly #notFoundPage: string;
  readonly #cacheControl: string | undefined;

  constructor(root: string, options: StaticFilesOptions) {
    const settings = settingsFrom(options);
    this.#files = new FileSource(rootAt(root), settings.dotfiles, settings, timeOfDay);
    this.#place = settings;
    this.#index = settings.index;
    this.#notFoundPage = settings.notFoundPage;
    this.#cacheControl = settings.cacheControl;
    // A value that no header can hold throws here, not at the first request.
    if (this.#cacheControl !== undefined) {
      reply(undefined, { headers: { 'Cache-Control': this.#cacheControl } });
    }
  }

  /** If a file changes while it is read, it is read again, up to {@link ATTEMPTS_MAX} times. */
  async answer(request: Request, context: RequestContext): Promise<Reply> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#answer(request, context);
      } catch (error) {
        if (!(error instanceof FileChanged)) throw error;
        if (attempt === ATTEMPTS_MAX) return cutShort(error);
      }
    }
  }

  async #answer(request: Request, context: RequestContext): Promise<Reply> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return plain(405, 'Only GET and HEAD are answered here.\n', { Allow: 'GET, HEAD' });
    }
    const path = parseStaticPath(request.url, this.#place);
    if (path.kind === 'malformed') return plain(400, 'The target is not percent-encoded UTF-8.\n');
    if (path.kind === 'forbidden') return this.#notFound(request, context);

    const found = await this.#files.find(path.segments);
    if (found === undefined) return this.#notFound(request, context);
    if (found !== 'directory') {
      if (path.directory) {
        await found.close();
        return this.#notFound(request, context);
      }
      return this.#send(request, context, found, path.segments.at(-1) ?? '');
    }
    if (!path.directory) {
      // If a framework that mounts this handler has rewritten the URL, a part of the path is
      // missing here.
      const location =
        pathOf(request.url) === pathOf(context.target)
          ? directoryLocation([...this.#place.prefix, ...path.segments], path.query)
          : relativeLocation(path.segments, path.query);
      return plain(308, `This is a directory: ${location}\n`, { Location: location });
    }
    const index = await this.#files.find([...path.segments, this.#index]);
    if (index === undefined || index === 'directory') return this.#notFound(request, context);
    return this.#send(request, context, index, this.#index);
  }

  async #send(
    request: Request,
    context: RequestContext,
    file: ServedFile,
    name: string,
  ): Promise<Reply> {
    const { validators } = file;
    const plan = planAnswer(request.method, request.headers, file.size, validators, timeOfDay());
    const kept = plan.status === 200 && file instanceof CachedFile ? file : undefined;
    if (kept?.whole !== undefined) {
      kept.closeAfter(context);
      return kept.whole;
    }
    const headers: Record<string, string | number> = {
      ETag: validators.etag,
      'Last-Modified': validators.lastModified,
    };
    if (plan.contentRange !== undefined) headers['Content-Range'] = plan.contentRange;

    if (plan.status === 412 || plan.status === 416) {
      // A file that is being written has no range for a moment. No 416 is sent for that.
      if (plan.status === 416) await file.content(0, 0, false, context);
      else await file.close();
      return plain(plan.status, REFUSALS[plan.status], headers);
    }
    headers['X-Content-Type-Options'] = 'nosniff';
    if (this.#cacheControl !== undefined) headers['Cache-Control'] = this.#cacheControl;
    if (plan.status === 304) {
      await file.close();
      return reply(undefined, { status: 304, headers });
    }
    headers['Accept-Ranges'] = 'bytes';
    headers['Content-Type'] = mimeTypeOf(name);
    headers['Content-Length'] = plan.length;
    const body = await file.content(plan.start, plan.length, request.method === 'HEAD', context);
    const answer = reply(body, { status: plan.status, headers });
    if (kept !== undefined) kept.whole = answer;
    return answer;
  }

  async #notFound(request: Request, context: RequestContext): Promise<Reply> {
    const page = await this.#files.find([this.#notFoundPage]);
    if (page === undefined || page === 'directory') return plain(404, 'Not found.\n');
    const body = await page.content(0, page.size, request.method === 'HEAD', context);
    return reply(body, {
      status: 404,
      headers: {
        'Content-Type': mimeTypeOf(this.#notFoundPage),
        'Content-Length': page.size,
        'X-Content-Type-Options': 'nosniff',
      },
    });
  }
}

/**
 * With the wait before each attempt, a file that changes all the time is tried for a second or two.
 */
const ATTEMPTS_MAX = 30;

/**
 * The head of a reply and one byte of it, for a file that never stops changing. No answer is
 * correct, so the connection is cut.
 */
function cutShort(error: FileChanged): Reply {
  async function* one(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(1);
    throw error;
  }
  return reply(one(), { headers: { 'Content-Length': 2, 'Cache-Control': 'no-store' } });
}

const REFUSALS = {
  412: 'The file is not, or no longer, what the condition says.\n',
  416: 'The file has no such range.\n',
} as const;

function plain(status: number, text: string, headers: Record<string, string | number> = {}): Reply {
  return reply(text, { status, headers: { ...headers, 'X-Content-Type-Options': 'nosniff' } });
}
