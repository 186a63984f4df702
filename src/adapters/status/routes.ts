// From a request to its answer.

import { createHash } from 'node:crypto';
import { type Reply, reply } from '../../index.js';
import { isForeign, isKnownHost } from './asked-host.js';
import type { Collector } from './collect/collector.js';
import type { Frames } from './events.js';
import type { StatusSettings } from './options.js';
import { renderPage } from './page/page.js';
import { SCRIPT } from './page/script.js';
import { STYLE } from './page/style.js';
import { viewOf } from './page/view.js';
import { stubStatus } from './stub-status.js';

const METHODS = 'GET, HEAD';

/** Nobody but this page uses what is here, and nothing from elsewhere is used by it. */
const FIELDS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

const POLICY = [
  "default-src 'none'",
  `script-src '${hashOf(SCRIPT)}'`,
  `style-src '${hashOf(STYLE)}'`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

export class Routes {
  readonly #settings: StatusSettings;
  readonly #collector: Collector;
  readonly #frames: Frames;

  constructor(settings: StatusSettings, collector: Collector, frames: Frames) {
    this.#settings = settings;
    this.#collector = collector;
    this.#frames = frames;
  }

  answer(request: Request): Reply {
    const { headers, method } = request;
    if (!isKnownHost(headers.get('host'), this.#settings.hosts))
      return text(421, 'This name is not known here. Ask by IP address, or name it in hosts.\n');
    const content = this.#contentFor(pathOf(request.url));
    if (content === undefined)
      return text(404, 'There is /, /status.json, /stub_status and /events.\n');
    if (method !== 'GET' && method !== 'HEAD')
      return text(405, `There is ${METHODS}.\n`, { Allow: METHODS });
    if (isForeign(headers)) return text(403, 'Pages of other sites are not answered.\n');
    return content(request);
  }

  #contentFor(path: string | undefined): ((request: Request) => Reply) | undefined {
    switch (path) {
      case '/':
        return () => this.#page();
      case '/status.json':
        return () => this.#json();
      case '/stub_status':
        return () => this.#stubStatus();
      case '/events':
        return (request) => this.#events(request);
      default:
        return undefined;
    }
  }

  #page(): Reply {
    this.#collector.look();
    return reply(renderPage(this.#collector.snapshot(), this.#settings.title), {
      headers: {
        ...FIELDS,
        'Content-Type': 'text/html;charset=UTF-8',
        'Content-Security-Policy': POLICY,
        'Cross-Origin-Opener-Policy': 'same-origin',
      },
    });
  }

  #json(): Reply {
    this.#collector.look();
    return reply(`${JSON.stringify(this.#collector.snapshot())}\n`, {
      headers: { ...FIELDS, 'Content-Type': 'application/json' },
    });
  }

  /** It has counts alone: nothing more is watched for it. */
  #stubStatus(): Reply {
    return reply(stubStatus(this.#collector.snapshot()), {
      headers: { ...FIELDS, 'Content-Type': 'text/plain' },
    });
  }

  #events({ method, signal }: Request): Reply {
    const headers = { ...FIELDS, 'Content-Type': 'text/event-stream' };
    if (method === 'HEAD') return reply(null, { headers });
    if (this.#frames.streams >= this.#settings.streamsMax)
      return text(503, 'All streams are taken.\n', { 'Retry-After': 5 });
    this.#collector.look();
    return reply(
      this.#frames.stream(() => frameOf(this.#collector), signal),
      { headers },
    );
  }
}

/** One frame: every text of the page. */
export function frameOf(collector: Collector): string {
  return JSON.stringify(viewOf(collector.snapshot()));
}

function text(
  status: number,
  content: string,
  more: Readonly<Record<string, string | number>> = {},
): Reply {
  return reply(content, { status, headers: { ...FIELDS, ...more } });
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
