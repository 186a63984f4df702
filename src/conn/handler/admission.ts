// What the limiter is told about a request: its class, its client, its deadline,
// and whether it is a health probe that sluice answers itself. All of it is
// decided from the head, before any content is read and any handler runs.

import { type Reply, reply } from '../../http/reply/reply.js';
import type { RequestHead } from '../../http/request/request-head.js';
import { type Priority, priorities, priorityClass } from '../../limiter/ticket.js';
import { invalid, oneOf, stringAt } from '../../options/checks.js';
import { rejectionOf } from '../../options/thenable.js';

/** What `priority`, `clientKey` and `deadline` are given. */
export interface AdmissionHead {
  readonly method: string;
  readonly target: string;
  readonly headers: { get(name: string): string | null };
  /** IP address of the peer, which may be a proxy; empty on a Unix domain socket. */
  readonly remoteAddress: string;
  /** IP address of the client, as `context.clientAddress`. */
  readonly clientAddress: string;
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

/** The request: it hears of errors that are the application's. Told, it must not throw. */
export interface AskingRequest {
  report(error: unknown): void;
  readonly origin: { readonly clientAddress: string };
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
   * Asks the application. Each of its functions is asked, whatever becomes of the others: what one throws, or
   * gives and must not, is told to `owner`, and the request has the default instead.
   */
  classify(head: RequestHead, remoteAddress: string, owner: AskingRequest): Classification {
    const { priority, clientKey, deadline, health } = this.#settings;
    if (health !== false) {
      const { path } = head;
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
    const given = new AskedHead(head, remoteAddress, owner);
    const named = ask('priority(head)', priority, given, priorityAt, owner) ?? 'default';
    return {
      priority: priorityClass[named],
      clientKey: ask('clientKey(head)', clientKey, given, stringAt, owner),
      deadlineMs: ask('deadline(head)', deadline, given, deadlineAt, owner),
      probe: undefined,
    };
  }

  answerProbe(probe: 'live' | 'ready', ready: boolean): Reply {
    return probe === 'live' || ready ? PROBES.up : PROBES.down;
  }
}

/** What the functions are given. The client is looked for when one of them asks. */
class AskedHead implements AdmissionHead {
  readonly method: string;
  readonly target: string;
  readonly headers: AdmissionHead['headers'];
  readonly remoteAddress: string;
  readonly #owner: AskingRequest;

  constructor(head: RequestHead, remoteAddress: string, owner: AskingRequest) {
    this.method = head.method;
    this.target = head.target;
    this.headers = head;
    this.remoteAddress = remoteAddress;
    this.#owner = owner;
  }

  get clientAddress(): string {
    return this.#owner.origin.clientAddress;
  }
}

/** What a function of the application's gives, checked; undefined where it gives nothing, or what doesn't fit. */
function ask<T>(
  path: string,
  call: ((head: AdmissionHead) => unknown) | undefined,
  head: AdmissionHead,
  check: (path: string, value: unknown) => T,
  owner: AskingRequest,
): T | undefined {
  if (call === undefined) return undefined;
  try {
    const value = call(head);
    if (value === undefined || value === null) return undefined;
    // A function that is `async` by mistake: nobody waits for it, and nobody else hears how it ends.
    rejectionOf(value, (error) => owner.report(error));
    return check(path, value);
  } catch (error) {
    owner.report(error);
    return undefined;
  }
}

function priorityAt(path: string, value: unknown): Priority {
  return oneOf(path, value, priorities, 'default');
}

/** 0 and less: it is too late already. Infinity: there is none. */
function deadlineAt(path: string, value: unknown): number {
  if (typeof value === 'number' && !Number.isNaN(value)) return value;
  const Kind = typeof value === 'number' ? RangeError : TypeError;
  throw invalid(Kind, path, value, 'a number of milliseconds, or undefined');
}
