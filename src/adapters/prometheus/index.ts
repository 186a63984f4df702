// `sluice/prometheus`: the metrics of a server as Prometheus' text, by prom-client.

import { Registry } from 'prom-client';
import type { Observer } from '../../index.js';
import {
  functionAt,
  invalid,
  namesOf,
  objectAt,
  orDefault,
  refuseOthers,
  stringAt,
} from '../../options/checks.js';
import { metricsObserver, type Watched, watchStats } from '../telemetry/metrics.js';
import { RegistryMeter } from './registry-meter.js';

export interface PrometheusOptions {
  /** A registry of prom-client's to which the metrics are added. Default: one of its own. */
  readonly registry?: Registry;
  /** Stands before each name: `shop_`. Default: none. */
  readonly prefix?: string;
}

/** What {@link prometheus} gives. */
export interface PrometheusMetrics {
  /** For `createServer({ observer })`. One may watch several servers: their figures add up. */
  readonly observer: Observer;
  /** The media type of `text()`. */
  readonly contentType: string;
  /** The registry: one's own metrics may be added to it. */
  readonly registry: Registry;
  /**
   * Adds what only a server itself can say: connections by state, the queue, the limit, bytes held. They are read
   * when somebody collects.
   */
  watch(server: Watched): void;
  /** All metrics of the registry in Prometheus' text format. */
  text(): Promise<string>;
}

const NAMES = namesOf<PrometheusOptions>({ registry: true, prefix: true });

/**
 * Metrics for Prometheus. Names are OpenTelemetry's, with Prometheus' rules: `http_server_request_duration_seconds`.
 *
 * @throws TypeError with `code: 'SLUICE_OPTION_INVALID'` for a wrong option; the error of prom-client where the
 * registry has a metric of that name
 *
 * @example
 * ```js
 * const metrics = prometheus();
 * const server = createServer({ fetch, observer: metrics.observer });
 * metrics.watch(server);
 * // In a handler: reply(await metrics.text(), { headers: { 'Content-Type': metrics.contentType } })
 * ```
 */
export function prometheus(options: PrometheusOptions = {}): PrometheusMetrics {
  const given = objectAt('prometheus(options)', options, 'an object of options');
  refuseOthers('prometheus(options)', given, NAMES);
  const prefix = prefixAt(orDefault(given.prefix, ''));
  const registry = registryAt(orDefault(given.registry, undefined) ?? new Registry());
  const meter = new RegistryMeter(registry, prefix);
  const servers = new Set<Watched>();
  return {
    observer: metricsObserver(meter),
    contentType: registry.contentType,
    registry,
    watch(server) {
      functionAt('watch(server).stats', server?.stats, 'what createServer() gave');
      if (servers.size === 0) watchStats(meter, () => servers);
      servers.add(server);
    },
    text: () => registry.metrics(),
  };
}

function prefixAt(value: unknown): string {
  const prefix = stringAt('prefix', value);
  if (/^([a-zA-Z_:][a-zA-Z0-9_:]*)?$/.test(prefix)) return prefix;
  throw invalid(TypeError, 'prefix', value, 'the beginning of a metric’s name, such as shop_');
}

/** Not `instanceof`: the application's prom-client may be another copy. */
function registryAt(value: unknown): Registry {
  const registry = objectAt('registry', value, 'a Registry of prom-client');
  functionAt('registry.registerMetric', registry.registerMetric, 'a Registry of prom-client');
  return registry as unknown as Registry;
}
