// The table: what admission is to reach, and what of it was measured. Each row takes the summary and a
// server, and gives the figures or undefined where nothing was measured; `isReached` judges them.

import { paces, patientLoops, pollRuns } from './cases.mjs';
import { deadBuckets, fairness, goodShareOf, recoveryMs, servedShareFrom } from './summary.mjs';

const percent = (share, digits = 0) => `${(100 * share).toFixed(digits)} %`;
const percents = (shares, digits = 0) =>
  `${shares.map((share) => (share === undefined ? '–' : (100 * share).toFixed(digits))).join(' / ')} %`;
const ms = (value) =>
  value === undefined ? '–' : `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;

/** Goodput at loads, of the own peak. */
function goodputs(handler, model, loads, least) {
  return {
    of: (summary, server) => {
      const shares = loads.map(
        (load) => summary.goodputShare(server, handler, model, load)?.median,
      );
      return shares.some((share) => share !== undefined) ? shares : undefined;
    },
    shown: (shares) => percents(shares),
    isReached: (shares) =>
      shares.every((share, i) => share === undefined || share >= least[i] - 0.005),
  };
}

const medianOf = (caseName, where, value) => (summary, server) =>
  summary.of(caseName, server, where, value)?.median;

/** One figure for each of several measurements. */
function several(list, shown, isReached) {
  return {
    of: (summary, server) => {
      const values = list.map((one) => one(summary, server));
      return values.some((value) => value !== undefined) ? values : undefined;
    },
    shown,
    isReached,
  };
}

const established = 'established';
const burstEndsMs = ({ pace }) => pace.step[0] + pace.step[1];

export const rows = [
  {
    what: 'goodput at 2× / 5× / 10×, 2 ms CPU, of own peak',
    toReach: '≥ 95 / 90 / 82 %',
    ...goodputs('cpu2', established, [2, 5, 10], [0.95, 0.9, 0.82]),
  },
  ...['pool', 'bounded pool'].map((model) => ({
    what: `… from a ${model}`,
    toReach: '≥ 95 / 90 / 82 %',
    ...goodputs('cpu2', model, [2, 5, 10], [0.95, 0.9, 0.82]),
  })),
  {
    what: '… on fresh connections, 5×',
    toReach: '≥ 85 %',
    ...goodputs('cpu2', 'fresh', [5], [0.85]),
  },
  {
    what: '… in an async function, 2× / 5× / 10×',
    toReach: '≥ 95 / 90 / 82 %',
    ...goodputs('cpu2-async', established, [2, 5, 10], [0.95, 0.9, 0.82]),
  },
  {
    what: '… after an await, 2× / 5× / 10×',
    toReach: '≥ 95 / 90 / 80 %',
    ...goodputs('cpu2-after-io', established, [2, 5, 10], [0.95, 0.9, 0.8]),
  },
  {
    what: '0.2 ms handler, 5× (10× where the generator can)',
    toReach: '≥ 60 %',
    ...goodputs('cpu02', established, [5], [0.6]),
  },
  ...[established, 'pool', 'bounded pool', 'fresh'].map((model) => ({
    what: `goodput at 2× / 5× / 10×, saturated backend, ${model}`,
    toReach: '≥ 97 %',
    ...goodputs('backend20', model, [2, 5, 10], [0.97, 0.97, 0.97]),
  })),
  ...[established, 'pool', 'fresh'].map((model) => ({
    what: `the same of 100 ms, from the sixth second on, ${model}`,
    toReach: '≥ 97 %',
    ...goodputs('backend-slow', model, [2, 5, 10], [0.97, 0.97, 0.97]),
  })),
  {
    what: 'p99 of the accepted at 5×, 2 ms CPU / after an await / backend',
    toReach: '≤ 30 / ≤ 60 ms / ≤ 3 × unloaded',
    ...several(
      [
        medianOf(
          'loads',
          { handler: 'cpu2', model: established, load: 5 },
          ({ goodMs }) => goodMs.p99,
        ),
        medianOf(
          'loads',
          { handler: 'cpu2-after-io', model: established, load: 5 },
          ({ goodMs }) => goodMs.p99,
        ),
        medianOf(
          'loads',
          { handler: 'backend20', model: established, load: 5 },
          ({ goodMs }) => goodMs.p99,
        ),
        medianOf(
          'loads',
          { handler: 'backend20', model: established, load: 0.5 },
          ({ goodMs }) => goodMs.p99,
        ),
      ],
      ([cpu, later, backend, unloaded]) =>
        `${ms(cpu)} / ${ms(later)} / ${ms(backend)}${unloaded === undefined ? '' : ` (unloaded ${ms(unloaded)})`}`,
      ([cpu, later = 0, backend, unloaded = 11]) =>
        cpu <= 30 && later <= 60 && backend <= 3 * unloaded,
    ),
  },
  {
    what: 'p99 of a refusal at 5×, 2 ms CPU / backend',
    toReach: '≤ 10 ms',
    ...several(
      ['cpu2', 'backend20'].map((handler) =>
        medianOf(
          'loads',
          { handler, model: established, load: 5 },
          ({ refusedMs }) => refusedMs.p99,
        ),
      ),
      (values) => values.map(ms).join(' / '),
      (values) => values.every((value) => value === undefined || value <= 10),
    ),
  },
  {
    what: 'CPU a refusal, kept / fresh connection',
    toReach: '≤ 25 / 65 µs',
    ...several(
      [established, 'fresh'].map((model) =>
        medianOf('refusals', { model }, ({ cpuMs, refused }) => (1000 * cpuMs) / refused),
      ),
      (values) => `${values.map((value) => value?.toFixed(0) ?? '–').join(' / ')} µs`,
      ([kept, fresh]) => kept <= 25 && fresh <= 65,
    ),
  },
  ...['cpu2', 'backend20'].flatMap((handler) =>
    [established, 'fresh'].map((model) => ({
      what: `back to normal after a 5× burst; dead 100 ms, ${handler}, ${model}`,
      toReach: '≤ 100 ms; none',
      of: (summary, server) => {
        const end = burstEndsMs(summary.results);
        const begin = summary.results.pace.step[0];
        const back = summary.of('step', server, { handler, model }, (run) => recoveryMs(run, end));
        const dead = summary.of('step', server, { handler, model }, (run) =>
          deadBuckets(run, begin),
        );
        return back === undefined ? undefined : { back: back.median, dead: dead.median };
      },
      shown: ({ back, dead }) =>
        `${Number.isFinite(back) ? `${back} ms` : 'never'}; ${dead === 0 ? 'none' : `${dead} times`}`,
      isReached: ({ back, dead }) => back <= 100 && dead === 0,
    })),
  ),
  {
    what: 'refused in vain at ≤ 0.9×, 2 ms CPU / backend',
    toReach: '≤ 0.1 %',
    ...several(
      ['cpu2', 'backend20'].map((handler) => (summary, server) => {
        const loads = summary.loads(handler, established).filter((load) => load <= 0.9);
        const shares = loads.flatMap(
          (load) =>
            summary.of('loads', server, { handler, model: established, load }, refusedShare)
              ?.median ?? [],
        );
        return shares.length === 0 ? undefined : Math.max(...shares);
      }),
      (values) => percents(values, 1),
      (values) => values.every((share) => share === undefined || share <= 0.001),
    ),
  },
  {
    what: 'beside 500 long polls at 0.5× / 2× / 5×: goodput; polls refused at most',
    toReach: '≥ 95 / 93 / 90 %; ≤ 1 %, over 4 s of 5× ≤ 15 %',
    of: pollsBeside,
    shown: ({ shares, refused }) => `${percents(shares)}; ${percents(refused, 1)}`,
    isReached: ({ shares, refused }) =>
      shares.every((share, i) => share === undefined || share >= [0.95, 0.93, 0.9][i]) &&
      refused.every((share, i) => share === undefined || share <= (i === 2 ? 0.15 : 0.01)),
  },
  {
    what: 'beside 2,000 long polls at 0.5×: goodput; polls refused',
    toReach: '≥ 95 %; none',
    of: (summary, server) => {
      const { key } = pollRuns.at(-1);
      const share = summary.of('polls', server, { key }, goodShareOf)?.median;
      const refused = summary.of('polls', server, { key }, pollsRefused)?.median;
      return share === undefined ? undefined : { share, refused };
    },
    shown: ({ share, refused }) => `${percent(share)}; ${percent(refused, 1)}`,
    isReached: ({ share, refused }) => share >= 0.95 && refused === 0,
  },
  {
    what: 'a backend that stalls for 4 s, at 2×: calls at once; served over 12 s, of its capacity',
    toReach: '≤ 500; ≥ 60 %',
    of: (summary, server) => {
      const where = { key: 'backend20 2×' };
      const calls = summary.of('stall', server, where, ({ stats }) => stats?.mostCalls)?.median;
      const peak = summary.peak(server, 'backend20', established);
      const share = summary.of('stall', server, where, (run) => servedShareFrom(run, 0, peak));
      return share === undefined ? undefined : { calls, share: share.median };
    },
    shown: ({ calls, share }) => `${calls ?? '–'}; ${percent(share)}`,
    isReached: ({ calls, share }) => calls <= 500 && share >= 0.6,
  },
  ...patientLoops.map(({ path, clients, isShort }) => {
    const where = { key: `${path} × ${clients}` };
    return {
      what: `200s a second, \`${path}\` × ${clients}${isShort ? '; refused' : ''}`,
      toReach: isShort ? '≥ 0.98 of node:http; none' : '≥ 0.95 of node:http',
      of: (summary, server) => {
        const rate = summary.of('patient', server, where, (run) => run.rate)?.median;
        const other = summary.of('patient', 'node-http', where, (run) => run.rate)?.median;
        const refused = summary.of('patient', server, where, ({ others }) => others)?.median;
        return rate === undefined ? undefined : { rate, ratio: rate / other, refused };
      },
      shown: ({ rate, ratio, refused }) =>
        `${rate.toFixed(0)} (${ratio.toFixed(2)})${isShort ? `; ${refused}` : ''}`,
      isReached: ({ ratio, refused }) => (isShort ? ratio >= 0.98 && refused === 0 : ratio >= 0.95),
    };
  }),
  ...['200 × 900 kB', '100 × 100 kB'].map((key) => ({
    what: `uploads at once, ${key}: not served; done`,
    toReach: 'none; ≤ 1.1 of node:http',
    of: (summary, server) => {
      const of = (name) => summary.of('uploads', name, { key }, ({ doneMs }) => doneMs)?.median;
      const lost = summary.of('uploads', server, { key }, (run) => run.uploads - run.served);
      const doneMs = of(server);
      const ratio = doneMs / of('node-http');
      return doneMs === undefined ? undefined : { doneMs, ratio, lost: lost.median };
    },
    shown: ({ doneMs, ratio, lost }) => `${lost}; ${ms(doneMs)} (${ratio.toFixed(2)})`,
    isReached: ({ ratio, lost }) => lost === 0 && ratio <= 1.1,
  })),
  {
    what: 'cost below saturation: throughput; p99',
    toReach: '≤ 3 %; ≤ 0.2 ms',
    of: (summary, server) => {
      if (server !== 'sluice') return undefined;
      const rate = (which) =>
        summary.of('cost', which, { key: 'throughput' }, (run) => run.rate)?.median;
      const p99 = (which) =>
        summary.of('cost', which, { key: 'latency' }, (run) => run.goodMs.p99)?.median;
      if (rate('uncapped') === undefined) return undefined;
      return { share: 1 - rate('sluice') / rate('uncapped'), ms: p99('sluice') - p99('uncapped') };
    },
    shown: (cost) => `${percent(cost.share, 1)}; ${cost.ms.toFixed(2)} ms`,
    isReached: (cost) => cost.share <= 0.03 && cost.ms <= 0.2,
  },
  {
    what: 'critical class at 5×, a share of 4 / 10 / 20 % of the arrivals',
    toReach: '≥ 97 %',
    ...several(
      [0.04, 0.1, 0.2].map((share) =>
        medianOf(
          'classes',
          { share },
          ({ byLabel: { critical } }) => critical.good / critical.offered,
        ),
      ),
      (values) => percents(values, 1),
      (values) => values.every((share) => share === undefined || share >= 0.97),
    ),
    note: 'A share of 20 % at 5× asks for the whole capacity, one of 4 % for a fifth of it.',
  },
  {
    what: 'health probe p99 at 10×',
    toReach: '≤ 50 ms',
    of: (summary, server) => {
      const p99 = summary.of('probe', server, {}, ({ probe }) => probe.ms.p99);
      const failed = summary.of('probe', server, {}, ({ probe }) => probe.failed / probe.probes);
      return p99 === undefined ? undefined : { p99: p99.median, failed: failed.median };
    },
    shown: ({ p99, failed }) => `${ms(p99)}${failed > 0 ? `, ${percent(failed)} failed` : ''}`,
    isReached: ({ p99, failed }) => p99 <= 50 && failed === 0,
  },
  {
    what: 'one client sending 90 %: Jain index over the clients',
    toReach: '≥ 0.95',
    of: medianOf('clients', {}, fairness),
    shown: (index) => index.toFixed(2),
    isReached: (index) => index >= 0.95,
  },
  {
    what: `${paces.full.readers.toLocaleString('en')} slow readers of 1 MB; a tenth of them, of 8 MB: RSS`,
    toReach: '≤ 400 MB',
    ...several(
      ['1 MB', '8 MB'].map((key) => medianOf('readers', { key }, ({ rssBytes }) => rssBytes)),
      (values) =>
        values
          .map((bytes) => (bytes === undefined ? '–' : `${(bytes / 1e6).toFixed(0)} MB`))
          .join(' / '),
      (values) => values.every((bytes) => bytes === undefined || bytes <= 400e6),
    ),
  },
  {
    what: 'backend latency × 3, parallelism × 3: served from 3 s on',
    toReach: '≥ 95 %',
    of: (summary, server) => {
      const from = summary.results.pace.shift[0] + 3000;
      const peak = summary.peak(server, 'backend20', established);
      return summary.of('shift', server, {}, (run) => servedShareFrom(run, from, peak))?.median;
    },
    shown: (share) => percent(share),
    isReached: (share) => share >= 0.95,
  },
];

/** By load: the lesser goodput, and the larger share of polls refused, of those at once and over four seconds. */
function pollsBeside(summary, server) {
  const loads = [0.5, 2, 5];
  const by = (value, pick) =>
    loads.map((load) => {
      const found = pollRuns
        .filter((run) => run.load === load && run.pollCount === 500)
        .flatMap(({ key }) => summary.of('polls', server, { key }, value)?.median ?? []);
      return found.length === 0 ? undefined : pick(...found);
    });
  const shares = by(goodShareOf, Math.min);
  if (shares.every((share) => share === undefined)) return undefined;
  return { shares, refused: by(pollsRefused, Math.max) };
}

function pollsRefused({ polls: { refused, lost, sent } }) {
  return (refused + lost) / sent;
}

function refusedShare({ refused, offered }) {
  return refused / offered;
}
