// From the measurements of all rounds to medians and ranges, and from those of one round to ratios.

export class Summary {
  constructor(results) {
    this.results = results;
    this.valid = results.measurements.filter(({ error }) => error === undefined);
    this.failed = results.measurements.filter(({ error }) => error !== undefined);
  }

  /** All rounds of a case on a server. */
  rounds(caseName, server) {
    return this.valid.filter((one) => one.case === caseName && one.server === server);
  }

  /** Median and range of what `value` gives for each round; undefined where there are none. */
  of(caseName, server, value) {
    return spread(this.rounds(caseName, server).map(value));
  }

  /** Median and range of the ratios of two servers in the same round. */
  ratio(caseName, server, other, value) {
    const others = new Map(this.rounds(caseName, other).map((one) => [one.round, value(one)]));
    return spread(
      this.rounds(caseName, server).map(
        (one) => value(one) / (others.get(one.round) ?? Number.NaN),
      ),
    );
  }

  /** The same of their differences. */
  difference(caseName, server, other, value) {
    const others = new Map(this.rounds(caseName, other).map((one) => [one.round, value(one)]));
    return spread(
      this.rounds(caseName, server).map(
        (one) => value(one) - (others.get(one.round) ?? Number.NaN),
      ),
    );
  }

  has(caseName, server) {
    return this.rounds(caseName, server).length > 0;
  }
}

/** Of the server's core other processes may use so much in a measurement before it is called disturbed. */
export const othersShareMax = 0.1;
export const isDisturbed = ({ othersShare = 0 }) => othersShare > othersShareMax;

/** What is compared in a case of this kind. */
export const figures = {
  load: { of: ({ cpuUs }) => cpuUs, unit: 'µs', what: 'CPU a request' },
  idle: { of: ({ bytes }) => bytes / 1024, unit: 'KiB', what: 'memory a connection' },
  start: { of: ({ startMs }) => startMs, unit: 'ms', what: 'time to the first answer' },
};

/** Whose figure a case is about, and else whose it can be. */
export function subjectOf({ name, subject }, summary) {
  return summary.has(name, subject) ? subject : subject.replace('-globals', '');
}

/** A case's targets, each with what was measured of it. */
export function judged(one, summary) {
  const { of } = figures[one.kind];
  const subject = subjectOf(one, summary);
  const major = Number(summary.results.node.split('.', 1)[0]);
  return Object.entries(one.targets).map(([other, target]) => {
    const isPlus = target.plusBytes !== undefined;
    const most = isPlus ? target.plusBytes / 1024 : (target.mostOn?.[major] ?? target.most);
    const measured = isPlus
      ? summary.difference(one.name, subject, other, of)
      : summary.ratio(one.name, subject, other, of);
    return {
      subject,
      other,
      isPlus,
      most,
      stretch: target.stretch,
      measured,
      // As written with two digits; a figure that reads as the target has reached it.
      isReached: measured && Number(measured.median.toFixed(2)) <= most,
      isStretched: measured && Number(measured.median.toFixed(2)) <= (target.stretch ?? -1),
    };
  });
}

export function spread(values) {
  const known = values.filter((value) => Number.isFinite(value));
  if (known.length === 0) return undefined;
  const sorted = known.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, low: sorted[0], high: sorted.at(-1) };
}
