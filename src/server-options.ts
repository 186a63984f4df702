// The options of `createServer`, and the errors for wrong ones.

import type { MakeErrorPage } from './conn/fault/error-pages.js';
import { Admission, type AdmissionHead, type HealthPaths } from './conn/handler/admission.js';
import type { RequestContext } from './conn/handler/context.js';
import type { Answer, FetchHandler } from './conn/handler/handler.js';
import { type TraceOptions, traceFrom } from './conn/machine/traces.js';
import type { ServerSettings } from './conn/server-parts.js';
import { type Limits, limitsFrom } from './fsm/limits.js';
import { TrustedProxies, type TrustedProxiesOption } from './fsm/proxy/trusted-proxies.js';
import type { TransportChoice } from './io/transport/door.js';
import {
  type ConcurrencyOption,
  parseLimiterOptions,
  type QueueOption,
} from './limiter/options.js';
import type { Priority } from './limiter/ticket.js';
import { observersFrom } from './observe/check.js';
import type { FaultReport, Observer } from './observe/observer.js';
import {
  booleanAt,
  functionAt,
  invalid,
  namesOf,
  objectAt,
  oneOf,
  refuse,
  refuseOthers,
  stringAt,
} from './options/checks.js';
import { SERVER_OTHER_NAMES } from './options/other-names.js';

/** The options of {@link createServer}. Everything but `fetch` has a default. */
export interface ServerOptions {
  /** Answers a request: with a reply, a standard Response, or a promise of either. */
  readonly fetch: FetchHandler;
  /**
   * The most handlers that run at once. By default sluice finds the limit: it begins with 1024, and
   * lowers it when overload is proven.
   */
  readonly concurrency?: ConcurrencyOption;
  /** How requests wait beyond `concurrency`. */
  readonly queue?: QueueOption;
  /** Limits of size and time. Each has a default. */
  readonly limits?: Partial<Limits>;
  /** The class of a request, decided from its head. Default `'default'`. */
  readonly priority?: (head: AdmissionHead) => Priority;
  /**
   * The client of a request: waiting clients take turns. Default: all requests are from one client.
   */
  readonly clientKey?: (head: AdmissionHead) => string;
  /** Milliseconds from arrival after which the answer is worthless. Default: none. */
  readonly deadline?: (head: AdmissionHead) => number | undefined;
  /**
   * CONNECT reaches the handler, which may make a tunnel: see `context.upgrade()`. Default false: CONNECT is
   * answered with 501.
   */
  readonly connect?: boolean;
  /** Paths that sluice answers itself, for balancers. Default false. */
  readonly health?: false | HealthPaths;
  /**
   * The proxies in front of this server: addresses, networks and names. Of their connections,
   * `context.clientAddress` and the scheme and host of `request.url` come from `Forwarded` or
   * `X-Forwarded-For`, `-Proto` and `-Host`. Default: none, and nothing of this kind is believed.
   *
   * @example
   * createServer({ fetch, trustedProxies: ['loopback', '10.0.0.0/8'] });
   */
  readonly trustedProxies?: TrustedProxiesOption;
  /**
   * The transport of connections. `'auto'`, the default, is the fastest that this Node has: handles
   * below `node:net`'s sockets where possible. `'net'` is the sockets.
   */
  readonly transport?: TransportChoice;
  /** Is called for an error of the application. It may give a reply in place of the 500. */
  readonly onError?: (
    error: unknown,
    request: Request | undefined,
    context: RequestContext | undefined,
    // biome-ignore lint/suspicious/noConfusingVoidType: an async one may give a reply or nothing.
  ) => Answer | undefined | void | PromiseLike<Answer | undefined | void>;
  /**
   * Makes the responses that sluice gives by itself, from 400 to 505: for faults of clients, for refused requests, and
   * for errors of a handler. It is called once for each status when the server is made, so it sees no request.
   * The status stays, as does Retry-After. A page can't be a stream. Where it throws or gives no page, `onError` is
   * told, and sluice's own stays.
   */
  readonly errorPages?: MakeErrorPage;
  /** Is called when a client broke a rule. It can't change anything. */
  readonly onFault?: (fault: FaultReport) => void;
  /**
   * How reports of faults show the bytes around a fault. `'masked'`, the default: the values of Authorization,
   * Proxy-Authorization, Cookie and Set-Cookie are asterisks. `'raw'`: as they came.
   */
  readonly faultBytes?: 'masked' | 'raw';
  /** Watches connections and requests: one observer, or several. */
  readonly observer?: Observer | readonly Observer[];
  /**
   * Keeps the last transitions of some connections, so that the report of a fault tells what led to it:
   * `fault.transitions`. Default: none. It takes 18 bytes for each transition of each connection, and about
   * 25 ns for a transition: 0.1 µs for a request.
   *
   * @example
   * createServer({ fetch, trace: { connections: 100 }, onFault: (fault) => console.error(fault) });
   */
  readonly trace?: TraceOptions;
}

/** The names of the options. A missing name does not compile. */
export const SERVER_NAMES: readonly string[] = namesOf<ServerOptions>({
  fetch: true,
  concurrency: true,
  queue: true,
  limits: true,
  priority: true,
  clientKey: true,
  deadline: true,
  connect: true,
  health: true,
  trustedProxies: true,
  transport: true,
  onError: true,
  errorPages: true,
  onFault: true,
  faultBytes: true,
  observer: true,
  trace: true,
});

export const HEALTH_NAMES: readonly string[] = namesOf<HealthPaths>({ live: true, ready: true });

/**
 * @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'`. The error has the name of
 * the option, the value that came and the values that fit.
 */
export function settingsFrom(given: ServerOptions): ServerSettings {
  const options = objectAt('options', given, 'an object with at least fetch');
  refuseOthers('', options, SERVER_NAMES, SERVER_OTHER_NAMES);
  functionAt('fetch', given.fetch, 'a function (request, context) that gives a reply');
  for (const name of [
    'priority',
    'clientKey',
    'deadline',
    'onError',
    'onFault',
    'errorPages',
  ] as const) {
    if (given[name] !== undefined) functionAt(name, given[name]);
  }
  return {
    handler: given.fetch,
    limits: limitsFrom(given.limits),
    connect: given.connect === undefined ? false : booleanAt('connect', given.connect),
    limiter: parseLimiterOptions({
      ...(given.concurrency === undefined ? {} : { concurrency: given.concurrency }),
      ...(given.queue === undefined ? {} : { queue: given.queue }),
    }),
    admission: new Admission({
      priority: given.priority,
      clientKey: given.clientKey,
      deadline: given.deadline,
      health: healthFrom(given.health),
    }),
    trust:
      given.trustedProxies === undefined ? undefined : TrustedProxies.from(given.trustedProxies),
    onError: given.onError,
    errorPages: given.errorPages,
    onFault: given.onFault,
    showsCredentials: oneOf('faultBytes', given.faultBytes, ['masked', 'raw'], 'masked') === 'raw',
    observers: observersFrom('observer', given.observer),
    trace: traceFrom('trace', given.trace),
  };
}

/** @throws as {@link settingsFrom} */
export function transportFrom({ transport }: ServerOptions): TransportChoice {
  return oneOf('transport', transport, ['auto', 'net'], 'auto');
}

/** @throws as {@link settingsFrom} */
function healthFrom(given: false | HealthPaths | undefined): false | HealthPaths {
  if (given === undefined || given === false) return false;
  const paths = objectAt('health', given, 'false, or { live, ready } with a path each');
  refuseOthers('health', paths, HEALTH_NAMES);
  const live = pathAt('health.live', paths.live);
  const ready = pathAt('health.ready', paths.ready);
  if (live === ready)
    throw refuse(
      RangeError,
      'health.ready',
      'it is the path of health.live, which is answered first',
    );
  return { live, ready };
}

/** A path that no request can have would never be found. */
function pathAt(path: string, value: unknown): string {
  const fits = 'a path that starts with /, without a query';
  const text = stringAt(path, value, fits);
  if (!/^\/[!-~]*$/.test(text) || /[?#]/.test(text)) throw invalid(RangeError, path, value, fits);
  return text;
}

/**
 * Fills in the default of `bufferedBytesMax`, which depends on the memory of the process.
 *
 * @param bytesDefault gives it
 */
export function withBudget(
  settings: ServerSettings,
  { limits: given }: ServerOptions,
  bytesDefault: () => number,
): ServerSettings {
  const limits = { ...settings.limits };
  if (given?.bufferedBytesMax === undefined) limits.bufferedBytesMax = bytesDefault();
  // A host may change limits of a server that runs.
  return { ...settings, limits: settings.host === undefined ? Object.freeze(limits) : limits };
}
