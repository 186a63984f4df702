// The three charts of the last minutes: slots, requests, latency.

import type { History, Snapshot } from '../snapshot.js';
import type { Renderer } from './bound.js';
import { areaPath, CHART_HEIGHT, linePath, scaleFor, type Values } from './chart.js';
import { countText, msText, rateText } from './formats.js';

/** A curve of a chart. */
interface Curve {
  readonly key: string;
  readonly name: string;
  readonly isArea: boolean;
  valuesOf(history: History): Values;
  /** The present value. */
  nowOf(snapshot: Snapshot): string;
}

interface Chart {
  readonly key: string;
  readonly title: string;
  /** The least top of its scale. */
  readonly least: number;
  readonly curves: readonly Curve[];
  /** The curves that must fit; others are cut off at the top. */
  readonly scaledBy: readonly string[];
  topText(top: number): string;
}

const CHARTS: readonly Chart[] = [
  {
    key: 'slots',
    title: 'Slots',
    least: 4,
    scaledBy: ['inFlight', 'queued'],
    topText: countText,
    curves: [
      {
        key: 'inFlight',
        name: 'in flight',
        isArea: true,
        valuesOf: ({ inFlight }) => inFlight,
        nowOf: ({ limiter }) => countText(limiter.inFlight),
      },
      {
        key: 'queued',
        name: 'queued',
        isArea: false,
        valuesOf: ({ queued }) => queued,
        nowOf: ({ limiter }) => countText(limiter.queued),
      },
      {
        key: 'limit',
        name: 'limit',
        isArea: false,
        valuesOf: ({ limit }) => limit,
        nowOf: ({ limiter }) => countText(limiter.limit),
      },
    ],
  },
  {
    key: 'requests',
    title: 'Requests a second',
    least: 10,
    scaledBy: ['started', 'refused'],
    topText: countText,
    curves: [
      {
        key: 'started',
        name: 'started',
        isArea: true,
        valuesOf: ({ startedPerSecond }) => startedPerSecond,
        nowOf: ({ requests }) => rateText(requests.startedPerSecond),
      },
      {
        key: 'refused',
        name: 'refused',
        isArea: false,
        valuesOf: ({ refusedPerSecond }) => refusedPerSecond,
        nowOf: ({ requests }) => rateText(requests.refusedPerSecond),
      },
    ],
  },
  {
    key: 'latency',
    title: 'Time of a request',
    least: 1,
    scaledBy: ['p50', 'p99'],
    topText: (top) => (top < 1000 ? `${countText(top)} ms` : `${countText(top / 1000)} s`),
    curves: [
      {
        key: 'p50',
        name: 'half within',
        isArea: true,
        valuesOf: ({ p50Ms }) => p50Ms,
        nowOf: ({ latencyMs }) => msText(latencyMs?.duration.p50),
      },
      {
        key: 'p99',
        name: '99 % within',
        isArea: false,
        valuesOf: ({ p99Ms }) => p99Ms,
        nowOf: ({ latencyMs }) => msText(latencyMs?.duration.p99),
      },
    ],
  },
];

const curveKey = (chart: Chart, { key }: Curve): string => `chart-${chart.key}-${key}`;

/** What changes in the charts. */
export function chartTexts(snapshot: Snapshot): Record<string, string> {
  const { history } = snapshot;
  const texts: Record<string, string> = {};
  for (const chart of CHARTS) {
    const scaled = chart.curves
      .filter(({ key }) => chart.scaledBy.includes(key))
      .flatMap((curve) => curve.valuesOf(history));
    const top = scaleFor(scaled, chart.least);
    texts[`chart-${chart.key}-top`] = chart.topText(top);
    for (const curve of chart.curves) {
      const values = curve.valuesOf(history);
      const path = curve.isArea ? areaPath : linePath;
      texts[`${curveKey(chart, curve)}-path`] = path(values, top);
      texts[curveKey(chart, curve)] = curve.nowOf(snapshot);
    }
    const now = chart.curves.map((curve) => `${curve.name} ${curve.nowOf(snapshot)}`);
    texts[`chart-${chart.key}-says`] =
      `${chart.title} over the last 3 minutes. Now: ${now.join(', ')}.`;
  }
  return texts;
}

/** @param samples how many values a curve has */
export function chartsOf(render: Renderer, samples: number): string {
  return CHARTS.map((chart) => chartOf(chart, render, samples - 1)).join('');
}

function chartOf(chart: Chart, render: Renderer, width: number): string {
  const legend = chart.curves.map(
    (curve) =>
      `<li class="${curve.key}">${curve.name} ${render.text(curveKey(chart, curve), 'b')}</li>`,
  );
  const curves = chart.curves.map(
    (curve) =>
      `<path class="${curve.isArea ? 'area' : 'curve'} ${curve.key}"${render.path(`${curveKey(chart, curve)}-path`)}/>`,
  );
  const grid = `M0 0H${width}M0 ${CHART_HEIGHT / 2}H${width}M0 ${CHART_HEIGHT}H${width}`;
  return `<figure class="chart"><figcaption><h3>${chart.title}</h3><ul class="legend">${legend.join('')}</ul></figcaption>
<div class="plot"><svg viewBox="0 0 ${width} ${CHART_HEIGHT}" preserveAspectRatio="none" role="img"${render.label(`chart-${chart.key}-says`)}><path class="grid" d="${grid}"/>${curves.join('')}</svg>${render.text(`chart-${chart.key}-top`, 'span', 'class="top" aria-hidden="true"')}</div>
<p class="axis" aria-hidden="true"><span>3 min ago</span><span>now</span></p></figure>
`;
}
