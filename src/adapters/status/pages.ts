// What pages about a server have in common: who may ask for them and how, and that nobody else sees them.

import { type Reply, reply } from '../../index.js';
import { isForeign, isKnownHost } from './asked-host.js';

const METHODS = 'GET, HEAD';

/** Nobody but the page uses what is here, and nothing from elsewhere is used by it. */
const FIELDS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

type Fields = Readonly<Record<string, string | number>>;

export interface Pages<Answer> {
  /** Names under which they may be asked for. */
  readonly hosts: ReadonlySet<string>;
  /** All paths that there are, in words. */
  readonly paths: string;
  /** What answers a path; undefined where nothing is there. */
  at(path: string | undefined): ((request: Request) => Answer) | undefined;
}

/** The page that is asked for, or what is said to those who may not have it. */
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

/** Undefined for a target that is no URL's. */
function pathOf(url: string): string | undefined {
  try {
    return new URL(url).pathname;
  } catch {
    // Nothing is there.
    return undefined;
  }
}
