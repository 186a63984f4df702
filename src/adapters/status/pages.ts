// The pages that show a server share this: which clients may read them, by which host names and methods.

import { type Reply, reply } from '../../index.js';
import { isForeign, isKnownHost } from './asked-host.js';

const METHODS = 'GET, HEAD';

/** Other sites can't load these pages, no cache keeps them, and no `Referer` names them. */
const FIELDS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

type Fields = Readonly<Record<string, string | number>>;

export interface Pages<Answer> {
  /** The host names that a request for a page may have. */
  readonly hosts: ReadonlySet<string>;
  /** The list of all paths, for the text of a 404. */
  readonly paths: string;
  /** The function that answers a path; undefined for any other path. */
  at(path: string | undefined): ((request: Request) => Answer) | undefined;
}

/** The page that is asked for, or a refusal. */
export function answerFrom<Answer>(pages: Pages<Answer>, request: Request): Answer | Reply {
  const { headers, method, url } = request;
  if (!isKnownHost(headers.get('host'), pages.hosts))
    return text(421, 'This name is not known here. Ask by IP address, or name it in hosts.\n');
  const page = pages.at(pathOf(url));
  if (page === undefined) return text(404, `There is ${pages.paths}.\n`);
  if (method !== 'GET' && method !== 'HEAD')
    return text(405, `There is ${METHODS}.\n`, { Allow: METHODS });
  if (isForeign(headers)) return text(403, 'Pages of other sites are not answered.\n');
  return page(request);
}

/** @param policy the Content-Security-Policy */
export function htmlPage(html: string, policy: string): Reply {
  return reply(html, {
    headers: {
      ...FIELDS,
      'Content-Type': 'text/html;charset=UTF-8',
      'Content-Security-Policy': policy,
      'Cross-Origin-Opener-Policy': 'same-origin',
    },
  });
}

export function jsonPage(value: unknown): Reply {
  return reply(`${JSON.stringify(value)}\n`, { headers: fieldsOf('application/json') });
}

export function text(status: number, content: string, more: Fields = {}): Reply {
  return reply(content, { status, headers: { ...FIELDS, ...more } });
}

export function fieldsOf(contentType: string): Fields {
  return { ...FIELDS, 'Content-Type': contentType };
}

/** The path of a URL; undefined for a target that is no URL. */
function pathOf(url: string): string | undefined {
  try {
    return new URL(url).pathname;
  } catch {
    return undefined;
  }
}
