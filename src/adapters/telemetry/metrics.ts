// The metrics of a server, on any meter: those of OpenTelemetry's semantic conventions for HTTP servers, and those of
// sluice, named after Kestrel's and ASP.NET Core's. An observer gives the first kind, `server.stats()` the second.

import type { Observer, RequestEnd, ServerStats } from '../../index.js';
import {
  activeAttributes,
  ERROR_TYPE,
  endAttributes,
  METHOD,
  ROUTE,
  SCHEME,
  STATUS,
  VERSION,
} from './attributes.js';
import type { Meter, Reading } from './meter.js';

/** As the conventions advise. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** Queues are short by design. */
const QUEUE_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
/** As Kestrel's connections. */
const CONNECTION_SECONDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
const BYTES = [0, 100, 1000, 10_000, 100_000, 1e6, 1e7, 1e8, 1e9];

const RESULT = 'sluice.result';
const REASON = 'sluice.reason';
const STATE = 'sluice.connection.state';
const active = [METHOD, SCHEME];
const ended = [...active, STATUS, VERSION, ROUTE, ERROR_TYPE];

/** The observer that feeds the meter. */
export function metricsObserver(
  meter: Meter,
): Required<
  Pick<
    Observer,
    | 'connectionOpened'
    | 'connectionRefused'
    | 'connectionClosed'
    | 'requestStarted'
    | 'requestCompleted'
    | 'requestRefused'
    | 'fault'
  >
> {
  const duration = meter.histogram({
    name: 'http.server.request.duration',
    description: 'Duration of HTTP server requests.',
    unit: 's',
    attributes: ended,
    buckets: SECONDS,
  });
  const activeRequests = meter.upDownCounter({
    name: 'http.server.active_requests',
    description: 'Number of active HTTP server requests.',
    unit: '{request}',
    attributes: active,
  });
  const requestSize = meter.histogram({
    name: 'http.server.request.body.size',
    description: 'Size of HTTP server request bodies.',
    unit: 'By',
    attributes: ended,
    buckets: BYTES,
  });
  const responseSize = meter.histogram({
    name: 'http.server.response.body.size',
    description: 'Size of HTTP server response bodies.',
    unit: 'By',
    attributes: ended,
    buckets: BYTES,
  });
  const admissions = meter.counter({
    name: 'sluice.requests',
    description: 'Requests that were admitted, or why they were not.',
    unit: '{request}',
    attributes: [RESULT],
  });
  const timeInQueue = meter.histogram({
    name: 'sluice.request.time_in_queue',
    description: 'Time that requests waited for a slot.',
    unit: 's',
    attributes: [RESULT],
    buckets: QUEUE_SECONDS,
  });
  const activeConnections = meter.upDownCounter({
    name: 'sluice.active_connections',
    description: 'Number of open connections.',
    unit: '{connection}',
    attributes: [],
  });
  const connectionDuration = meter.histogram({
    name: 'sluice.connection.duration',
    description: 'Duration of connections.',
    unit: 's',
    attributes: [REASON],
    buckets: CONNECTION_SECONDS,
  });
  const rejectedConnections = meter.counter({
    name: 'sluice.rejected_connections',
    description: 'Connections that were closed at once.',
    unit: '{connection}',
    attributes: [REASON],
  });
  const faults = meter.counter({
    name: 'sluice.faults',
    description: 'Mistakes of clients, by their code.',
    unit: '{fault}',
    attributes: [REASON],
  });

  const over = (end: RequestEnd, route: string | undefined): void => {
    const attributes = endAttributes(end, route);
    duration(end.durationMs / 1000, attributes);
    requestSize(end.requestContentBytes, attributes);
    responseSize(end.responseContentBytes, attributes);
  };
  const decided = (waitedMs: number, result: string): void => {
    const attributes = { [RESULT]: result };
    admissions(1, attributes);
    timeInQueue(waitedMs / 1000, attributes);
  };
  return {
    connectionOpened: () => activeConnections(1, {}),
    connectionRefused: ({ reason }) => rejectedConnections(1, { [REASON]: reason }),
    connectionClosed({ reason, durationMs }) {
      activeConnections(-1, {});
      connectionDuration(durationMs / 1000, { [REASON]: reason });
    },
    requestStarted(request) {
      activeRequests(1, activeAttributes(request));
      decided(request.waitedMs, 'acquired');
    },
    requestCompleted(request) {
      activeRequests(-1, activeAttributes(request));
      over(request, request.route);
    },
    requestRefused(request) {
      // A fault is none of the limiter's decisions.
      if (!request.reason.startsWith('SLUICE_FAULT_')) decided(request.waitedMs, request.reason);
      over(request, undefined);
    },
    fault: ({ code }) => faults(1, { [REASON]: code }),
  };
}

/** Whose figures are read: a server. */
export interface Watched {
  stats(): ServerStats;
}

/** Reads the figures of all servers that `servers` gives, whenever somebody collects. */
export function watchStats(meter: Meter, servers: () => Iterable<Watched>): void {
  let read: readonly ServerStats[] | undefined;
  // Who collects asks all instruments in one go. They tell of one moment, and each server is asked once.
  const figures = (): readonly ServerStats[] => {
    if (read === undefined) {
      read = Array.from(servers(), (server) => server.stats());
      queueMicrotask(() => {
        read = undefined;
      });
    }
    return read;
  };
  const sum = (of: (stats: ServerStats) => number) => (): readonly Reading[] => [
    [figures().reduce((total, stats) => total + of(stats), 0), {}],
  ];
  const gauge = (
    name: string,
    unit: string,
    description: string,
    of: (stats: ServerStats) => number,
  ): void => meter.observed({ name, unit, description, attributes: [] }, sum(of));

  meter.observed(
    {
      name: 'sluice.connections',
      unit: '{connection}',
      description: 'Open connections, by what they do.',
      attributes: [STATE],
    },
    () => {
      const byState = new Map<string, number>();
      for (const { connections } of figures()) {
        for (const [state, count] of Object.entries(connections)) {
          byState.set(state, (byState.get(state) ?? 0) + count);
        }
      }
      return [...byState].map(([state, count]) => [count, { [STATE]: state }] as const);
    },
  );
  gauge(
    'sluice.active_tls_handshakes',
    '{handshake}',
    'TLS handshakes under way.',
    (stats) => stats.handshakes,
  );
  gauge(
    'sluice.queued_requests',
    '{request}',
    'Requests that wait for a slot.',
    (stats) => stats.queued,
  );
  gauge(
    'sluice.active_request_leases',
    '{request}',
    'Handlers that hold a slot.',
    (stats) => stats.inFlight,
  );
  gauge(
    'sluice.parked_requests',
    '{request}',
    'Handlers that wait on purpose.',
    (stats) => stats.parked,
  );
  gauge(
    'sluice.request_limit',
    '{request}',
    'Slots: handlers that may run at once.',
    (stats) => stats.limit,
  );
  gauge('sluice.buffered_bytes', 'By', 'Bytes held for connections.', (stats) => stats.bytes);
  gauge(
    'sluice.buffered_bytes_limit',
    'By',
    'The most bytes that may be held.',
    (stats) => stats.bytesMax,
  );
}
