// Metrics on a meter of OpenTelemetry's API. What collects and exports them, the application has set up.

import type { Meter as OtelMeter } from '@opentelemetry/api';
import type { Definition, Measure, Meter, Reading } from '../telemetry/meter.js';

export class ApiMeter implements Meter {
  readonly #meter: OtelMeter;

  constructor(meter: OtelMeter) {
    this.#meter = meter;
  }

  counter({ name, ...options }: Definition): Measure {
    const counter = this.#meter.createCounter(name, optionsOf(options));
    return (value, attributes) => counter.add(value, attributes);
  }

  upDownCounter({ name, ...options }: Definition): Measure {
    const counter = this.#meter.createUpDownCounter(name, optionsOf(options));
    return (value, attributes) => counter.add(value, attributes);
  }

  histogram({ name, ...options }: Definition): Measure {
    const histogram = this.#meter.createHistogram(name, optionsOf(options));
    return (value, attributes) => histogram.record(value, attributes);
  }

  observed({ name, ...options }: Definition, read: () => readonly Reading[]): void {
    const counter = this.#meter.createObservableUpDownCounter(name, optionsOf(options));
    counter.addCallback((result) => {
      for (const [value, attributes] of read()) result.observe(value, attributes);
    });
  }
}

function optionsOf({ description, unit, buckets }: Omit<Definition, 'name'>): {
  description: string;
  unit: string;
  advice?: { explicitBucketBoundaries: number[] };
} {
  return {
    description,
    unit,
    ...(buckets === undefined ? {} : { advice: { explicitBucketBoundaries: [...buckets] } }),
  };
}
