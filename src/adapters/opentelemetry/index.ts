// `sluice/opentelemetry`: spans and metrics of a server by OpenTelemetry's API. What samples and exports them, the
// application sets up.

import { type MeterProvider, metrics, type TracerProvider, trace } from '@opentelemetry/api';
import type { FetchHandler, Observer } from '../../index.js';
import { functionAt, namesOf, objectAt, orDefault, refuseOthers } from '../../options/checks.js';
import { metricsObserver, type Watched, watchStats } from '../telemetry/metrics.js';
import { ApiMeter } from './otel-meter.js';
import { ServerSpans } from './server-spans.js';

export interface OpenTelemetryOptions {
  /** Default: the one that was set globally when `openTelemetry()` is called. */
  readonly tracerProvider?: TracerProvider;
  /** Default: the one that was set globally when `openTelemetry()` is called. */
  readonly meterProvider?: MeterProvider;
}

/** What {@link openTelemetry} gives. */
export interface OpenTelemetry {
  /** For `createServer({ observer })`: a span and the measurements of each request. */
  readonly observer: Observer;
  /** The same handler, run so that the spans which it begins are children of its request's span. */
  fetch(handler: FetchHandler): FetchHandler;
  /** Adds what only a server itself can say: connections by state, the queue, the limit, bytes held. */
  watch(server: Watched): void;
}

const NAMES = namesOf<OpenTelemetryOptions>({ tracerProvider: true, meterProvider: true });
const SCOPE = 'sluice';

/**
 * Spans and metrics by OpenTelemetry's semantic conventions for HTTP servers, and the `sluice.*` metrics. Each
 * server needs one of its own: requests are told apart by `requestId`.
 *
 * @throws TypeError with `code: 'SLUICE_OPTION_INVALID'` for a wrong option
 *
 * @example
 * ```js
 * const telemetry = openTelemetry();
 * const server = createServer({ fetch: telemetry.fetch(app.fetch), observer: telemetry.observer });
 * telemetry.watch(server);
 * ```
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): OpenTelemetry {
  const given = objectAt('openTelemetry(options)', options, 'an object of options');
  refuseOthers('openTelemetry(options)', given, NAMES);
  const tracerProvider = providerAt<TracerProvider>(given, 'tracerProvider', 'getTracer');
  const meterProvider = providerAt<MeterProvider>(given, 'meterProvider', 'getMeter');
  const spans = new ServerSpans((tracerProvider ?? trace).getTracer(SCOPE));
  const meter = new ApiMeter((meterProvider ?? metrics).getMeter(SCOPE));
  const measuring = metricsObserver(meter);
  const servers = new Set<Watched>();
  return {
    observer: {
      ...measuring,
      requestStarted(request) {
        measuring.requestStarted(request);
        spans.started(request);
      },
      requestCompleted(request) {
        measuring.requestCompleted(request);
        spans.completed(request);
      },
      requestRefused(request) {
        measuring.requestRefused(request);
        spans.refused(request);
      },
    },
    fetch(handler) {
      functionAt('fetch(handler)', handler);
      return (request, context) => spans.within(context.requestId, () => handler(request, context));
    },
    watch(server) {
      functionAt('watch(server).stats', server?.stats, 'what createServer() gave');
      if (servers.size === 0) watchStats(meter, () => servers);
      servers.add(server);
    },
  };
}

function providerAt<T>(
  given: Record<string, unknown>,
  name: keyof OpenTelemetryOptions,
  method: string,
): T | undefined {
  const value = orDefault(given[name], undefined);
  if (value === undefined) return undefined;
  const provider = objectAt(name, value, `an object with ${method}()`);
  functionAt(`${name}.${method}`, provider[method], `an object with ${method}()`);
  return provider as T;
}
