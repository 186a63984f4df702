// What the limiter is told about a request: its class, its client, its deadline,
// and whether it is a health probe that sluice answers itself. All of it is
// decided from the head, before any content is read and any handler runs.

import { type Reply, reply } from '../http/reply.js';
import type { RequestHead } from '../http/request-head.js';
import { type Priority, priorityClass } from '../limiter/ticket.js';

/** What `priority`, `clientKey` and `deadline` are given. */
export interface AdmissionHead {
  readonly method: string;
  readonly target: string;
  readonly headers: { get(name: string): string | null };
  /** IP address of the peer; empty on a Unix domain socket. */
  readonly remoteAddress: string;
}

export interface HealthPaths {
  /** Answers 200 while the process runs. */
  readonly live: string;
  /** Answers 200 while new work is welcome, 503 while the server drains. */
  readonly ready: string;
}

/** The options that are about admission; checked by `src/server.ts`. */
export interface AdmissionSettings {
  readonly priority: ((head: AdmissionHead) => Priority) | undefined;
  readonly clientKey: ((head: AdmissionHead) => string) | undefined;
  readonly deadline: ((head: AdmissionHead) => number | undefined) | undefined;
  readonly health: HealthPaths | false;
}

/** What became of a head. */
export interface Classification {
  readonly priority: number;
  readonly clientKey: string | undefined;
  /** Milliseconds from arrival; undefined where there is none. */
  readonly deadlineMs: number | undefined;
  /** Which health path was asked for. */
  readonly probe: 'live' | 'ready' | undefined;
}

const PROBES: Readonly<Record<'up' | 'down', Reply>> = {
  up: reply('ok\n', { headers: { 'Cache-Control': 'no-store' } }),
  down: reply('draining\n', { status: 503, headers: { 'Cache-Control': 'no-store' } }),
};

export class Admission {
  readonly #settings: AdmissionSettings;
  /** Nothing is to be asked of any head. */
  readonly trivial: boolean;

  constructor(settings: AdmissionSettings) {
    this.#settings = settings;
    const { priority, clientKey, deadline, health } = settings;
    this.trivial =
      priority === undefined &&
      clientKey === undefined &&
      deadline === undefined &&
      health === false;
  }

  /**
   * Asks the application.
   *
   * @throws what its functions throw, and TypeError for what they must not give
   */
  classify(head: RequestHead, remoteAddress: string): Classification {
    const { priority, clientKey, deadline, health } = this.#settings;
    if (health !== false) {
      const path = head.target.split('?', 1)[0];
      const probe = path === health.live ? 'live' : path === health.ready ? 'ready' : undefined;
      if (probe !== undefined) {
        return {
          priority: priorityClass.probe,
          clientKey: undefined,
          deadlineMs: undefined,
          probe,
        };
      }
    }
    const given: AdmissionHead = {
      method: head.method,
      target: head.target,
      headers: head,
      remoteAddress,
    };
    const named = priority?.(given) ?? 'default';
    if (!Object.hasOwn(priorityClass, named)) {
      throw new TypeError(
        `priority(head) must give ${Object.keys(priorityClass).join(', ')}; got ${String(named)}`,
      );
    }
    const deadlineMs = deadline?.(given);
    if (deadlineMs !== undefined && (typeof deadlineMs !== 'number' || Number.isNaN(deadlineMs))) {
      throw new TypeError(
        `deadline(head) must give milliseconds or undefined; got ${String(deadlineMs)}`,
      );
    }
    return {
      priority: priorityClass[named],
      clientKey: clientKey?.(given),
      deadlineMs,
      probe: undefined,
    };
  }

  answerProbe(probe: 'live' | 'ready', ready: boolean): Reply {
    return probe === 'live' || ready ? PROBES.up : PROBES.down;
  }
}
