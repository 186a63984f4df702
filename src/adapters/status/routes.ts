// From a request to its answer.

import { createHash } from 'node:crypto';
import { type Reply, reply } from '../../index.js';
import type { Collector } from './collect/collector.js';
import type { Frames } from './events.js';
import type { StatusSettings } from './options.js';
import { renderPage } from './page/page.js';
import { SCRIPT } from './page/script.js';
import { STYLE } from './page/style.js';
import { viewOf } from './page/view.js';
import { answerFrom, fieldsOf, htmlPage, jsonPage, type Pages, text } from './pages.js';
import { stubStatus } from './stub-status.js';

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

export class Routes implements Pages<Reply> {
  readonly paths = '/, /status.json, /stub_status and /events';
  readonly #settings: StatusSettings;
  readonly #collector: Collector;
  readonly #frames: Frames;

  constructor(settings: StatusSettings, collector: Collector, frames: Frames) {
    this.#settings = settings;
    this.#collector = collector;
    this.#frames = frames;
  }

  answer(request: Request): Reply {
    return answerFrom(this, request);
  }

  get hosts(): ReadonlySet<string> {
    return this.#settings.hosts;
  }

  at(path: string | undefined): ((request: Request) => Reply) | undefined {
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
    return htmlPage(renderPage(this.#collector.snapshot(), this.#settings.title), POLICY);
  }

  #json(): Reply {
    this.#collector.look();
    return jsonPage(this.#collector.snapshot());
  }

  /** It has counts alone: nothing more is watched for it. */
  #stubStatus(): Reply {
    return reply(stubStatus(this.#collector.snapshot()), { headers: fieldsOf('text/plain') });
  }

  #events({ method, signal }: Request): Reply {
    const headers = fieldsOf('text/event-stream');
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
