// What metrics need of whoever keeps them: OpenTelemetry's meter, or a registry of Prometheus.

/** Names and values of one measurement. */
export type Attributes = Record<string, string | number>;

/** An instrument, as OpenTelemetry names it. */
export interface Definition {
  /** Words with dots between them. */
  readonly name: string;
  readonly description: string;
  /** In UCUM: `s`, `By`, or what is counted in braces. */
  readonly unit: string;
  /** Every attribute that a measurement may have. */
  readonly attributes: readonly string[];
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
}

/** Takes one measurement. */
export type Measure = (value: number, attributes: Attributes) => void;

/** One value of an instrument that is read. */
export type Reading = readonly [value: number, attributes: Attributes];

export interface Meter {
  /** Only grows. */
  counter(definition: Definition): Measure;
  /** Grows and falls. */
  upDownCounter(definition: Definition): Measure;
  histogram(definition: Definition): Measure;
  /** Is read when somebody collects. */
  observed(definition: Definition, read: () => readonly Reading[]): void;
}
