// Metrics in a registry of prom-client, by the names that OpenTelemetry's rules give them in Prometheus.

import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Attributes, Definition, Measure, Meter, Reading } from '../telemetry/meter.js';

/** How a unit is written at the end of a name. */
const UNIT_WORDS: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes' };

/** `http.server.request.duration` in `s` is `http_server_request_duration_seconds`. */
export function prometheusName({ name, unit }: Definition, isCounter: boolean): string {
  const words = name.replaceAll('.', '_');
  const unitWord = UNIT_WORDS[unit];
  const withUnit =
    unitWord === undefined || words.includes(unitWord) ? words : `${words}_${unitWord}`;
  return isCounter ? `${withUnit}_total` : withUnit;
}

export class RegistryMeter implements Meter {
  readonly #registry: Registry;
  readonly #prefix: string;
  readonly #labels: Labels = new Labels();

  constructor(registry: Registry, prefix: string) {
    this.#registry = registry;
    this.#prefix = prefix;
  }

  counter(definition: Definition): Measure {
    const counter = new Counter(this.#settings(definition, true));
    return (value, attributes) => counter.inc(this.#labels.of(attributes), value);
  }

  upDownCounter(definition: Definition): Measure {
    const gauge = new Gauge(this.#settings(definition, false));
    return (value, attributes) => gauge.inc(this.#labels.of(attributes), value);
  }

  histogram(definition: Definition): Measure {
    const histogram = new Histogram({
      ...this.#settings(definition, false),
      ...(definition.buckets === undefined ? {} : { buckets: [...definition.buckets] }),
    });
    return (value, attributes) => histogram.observe(this.#labels.of(attributes), value);
  }

  observed(definition: Definition, read: () => readonly Reading[]): void {
    const gauge = new Gauge({
      ...this.#settings(definition, false),
      collect: () => {
        gauge.reset();
        for (const [value, attributes] of read()) gauge.set(this.#labels.of(attributes), value);
      },
    });
  }

  #settings(
    definition: Definition,
    isCounter: boolean,
  ): { name: string; help: string; labelNames: string[]; registers: Registry[] } {
    return {
      name: this.#prefix + prometheusName(definition, isCounter),
      help: definition.description,
      labelNames: definition.attributes.map(labelName),
      registers: [this.#registry],
    };
  }
}

/** The names that were translated: those of definitions, so there are few. */
const LABEL_NAMES: Map<string, string> = new Map();

function labelName(attribute: string): string {
  let name = LABEL_NAMES.get(attribute);
  if (name === undefined) {
    name = attribute.replaceAll('.', '_');
    LABEL_NAMES.set(attribute, name);
  }
  return name;
}

/** Attributes by the names of labels. Several instruments measure a request with the same attributes. */
class Labels {
  #attributes: Attributes = {};
  #labels: Attributes = {};

  of(attributes: Attributes): Attributes {
    if (attributes === this.#attributes) return this.#labels;
    const labels: Attributes = {};
    for (const name of Object.keys(attributes)) labels[labelName(name)] = attributes[name] ?? '';
    this.#attributes = attributes;
    this.#labels = labels;
    return labels;
  }
}
