// The page: one document, drawn by the server with its present values, so that it can be read without its script.

import { PERSISTENCE_STATES, PHASES } from '../../../fsm/index.js';
import { refusalReasons } from '../../../limiter/refusal.js';
import { SAMPLES } from '../collect/sampler.js';
import type { Graph } from '../machine/graph.js';
import type { Snapshot } from '../snapshot.js';
import { Renderer } from './bound.js';
import { chartsOf } from './charts.js';
import { faultList } from './faults.js';
import { escaped } from './html.js';
import { countKey, pictureOf, rateKey } from './picture.js';
import { SCRIPT } from './script.js';
import { STYLE } from './style.js';
import { BAR_WIDTH, GRAPHS, LATENCY_COLUMNS, LATENCY_ROWS, viewOf } from './view.js';

/** A square of the colours of the page. No other request is made for it. */
const ICON =
  'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 16 16%22%3E%3Crect width=%2216%22 height=%2216%22 rx=%224%22 fill=%22%230b62b8%22/%3E%3Cpath d=%22M4 3v10M8 6v7M12 9v4%22 stroke=%22white%22 stroke-width=%222%22/%3E%3C/svg%3E';

export function renderPage(snapshot: Snapshot, title: string): string {
  const render = new Renderer(viewOf(snapshot));
  const name = escaped(title);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}: status</title>
<link rel="icon" href="${ICON}">
<noscript><meta http-equiv="refresh" content="5"></noscript>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the numbers</a>
<header>
<h1>${name}</h1>
<p role="status" class="badge state"${render.level('state-level')}>${render.text('state')}</p>
${render.text('state-more', 'p', 'class="more quiet"')}
<p class="live quiet"><span id="live" role="status">a snapshot</span>, ${render.text('at')}</p>
<button id="pause" type="button" hidden>Pause</button>
</header>
<main id="main" tabindex="-1">
${tiles(render)}
<section class="machines panel-wide" aria-labelledby="h-machine"><h2 id="h-machine">The machine of each connection</h2>
<div class="halves">${GRAPHS.map((graph) => half(graph, render)).join('')}</div>
<p class="quiet">${render.text('watching')} Reset and cut lead to closed from every state: ${render.text('broken-rate', 'b')} a second.</p>
<details><summary>The machine as tables</summary><div class="tables">${GRAPHS.map((graph) => tables(graph, render)).join('')}</div></details>
</section>
<section class="charts" aria-labelledby="h-charts"><h2 id="h-charts">The last 3 minutes</h2>
${chartsOf(render, SAMPLES)}</section>
${limiter(render)}
${refusals(render)}
${latency(render)}
${held(render)}
<section class="faulty" aria-labelledby="h-faults"><h2 id="h-faults">The last faults of clients</h2>
${faultList(render)}
</section>
</main>
<footer class="quiet">The same for programs: <a href="status.json">status.json</a>, <a href="stub_status">stub_status</a>.</footer>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function tiles(render: Renderer): string {
  const tile = (name: string, value: string, more = ''): string =>
    `<div class="tile"${more}><dt>${name}</dt><dd>${value}</dd></div>`;
  return `<section class="glance" aria-label="At a glance"><dl class="tiles">
${tile('Started per second', render.text('started-rate'))}
${tile('Refused per second', render.text('refused-rate'), render.level('refused-level'))}
${tile('In flight', `${render.text('in-flight')} <small>of ${render.text('limit')}</small>`)}
${tile('Queued', render.text('queued'))}
${tile('99 % within', render.text('latency-duration-p99'))}
${tile('Connections', render.text('open'))}
${tile('Memory held', `${render.text('bytes')} <small>${render.text('bytes-share')}</small>`)}
</dl></section>`;
}

const HALF_TITLES = {
  reading: 'Reading: in the peer’s bytes',
  writing: 'Writing: the response',
} as const;

function half(graph: Graph, render: Renderer): string {
  return `<figure><figcaption><h3>${HALF_TITLES[graph.half]}</h3></figcaption>${pictureOf(graph, render)}</figure>`;
}

function tables(graph: Graph, render: Renderer): string {
  const states = graph.states.map(
    (state) =>
      `<tr><th scope="row">${state}</th>${render.text(countKey(graph, state), 'td', 'class="n"')}</tr>`,
  );
  const edges = graph.edges.map(
    ({ from, to, causes }, i) =>
      `<tr><th scope="row">${from} → ${to}</th><td>${causes.join(', ')}</td>${render.text(rateKey(graph, i), 'td', 'class="n"')}</tr>`,
  );
  return `<div class="scroll"><table><caption>${HALF_TITLES[graph.half]}</caption><thead><tr><th scope="col">State</th><th scope="col" class="n">Connections</th></tr></thead><tbody>${states.join('')}</tbody></table>
<table><thead><tr><th scope="col">Transition</th><th scope="col">By</th><th scope="col" class="n">A second</th></tr></thead><tbody>${edges.join('')}</tbody></table></div>`;
}

function limiter(render: Renderer): string {
  return `<section class="limiter" aria-labelledby="h-limiter"><h2 id="h-limiter">Limiter</h2>
${bar('slots-bar', render)}
<table><tbody>
${row('Limit', 'limit', render)}${row('In flight', 'in-flight', render)}${row('Parked: wait on purpose', 'parked', render)}
${row('Queued, critical', 'queued-critical', render)}${row('Queued, default', 'queued-default', render)}${row('Queued, sheddable', 'queued-sheddable', render)}
${row('Bytes queued', 'queued-bytes', render)}${row('Started in all', 'started', render)}${row('Probes in all', 'probes', render)}
</tbody></table>
</section>`;
}

function refusals(render: Renderer): string {
  const rows = refusalReasons.map(
    (reason) =>
      `<tr${render.level(`refused-${reason}-level`)}><th scope="row">${reason}</th>${render.text(`refused-${reason}-rate`, 'td', 'class="n"')}${render.text(`refused-${reason}`, 'td', 'class="n"')}</tr>`,
  );
  return `<section class="refusals" aria-labelledby="h-refusals"><h2 id="h-refusals">Refused</h2>
<table><thead><tr><th scope="col">Because</th><th scope="col" class="n">per second</th><th scope="col" class="n">in all</th></tr></thead><tbody>${rows.join('')}
<tr><th scope="row">all</th>${render.text('refused-rate', 'td', 'class="n"')}${render.text('refused', 'td', 'class="n"')}</tr></tbody></table>
</section>`;
}

const PERSISTENCE_NAMES = {
  keep: 'Another request may follow',
  last: 'No other request follows',
} as const;
const LATENCY_NAMES = {
  duration: 'request',
  waited: 'in queue',
  handler: 'handler',
} as const;
const COLUMN_NAMES = { p50: '50 %', p90: '90 %', p99: '99 %', max: '100 %' } as const;

function latency(render: Renderer): string {
  const head = LATENCY_ROWS.map((row) => `<th scope="col" class="n">${LATENCY_NAMES[row]}</th>`);
  const rows = LATENCY_COLUMNS.map(
    (column) =>
      `<tr><th scope="row">${COLUMN_NAMES[column]}</th>${LATENCY_ROWS.map((row) => render.text(`latency-${row}-${column}`, 'td', 'class="n"')).join('')}</tr>`,
  );
  return `<section class="latency" aria-labelledby="h-latency"><h2 id="h-latency">Time of requests</h2>
<table><thead><tr><th scope="col">Within</th>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>
${render.text('latency-requests', 'p', 'class="quiet"')}
<h2 class="second">Memory held</h2>
${bar('bytes-bar', render)}
<table><tbody>${row('Now', 'bytes', render)}${row('The most so far', 'bytes-peak', render)}${row('The bound', 'bytes-max', render)}</tbody></table>
</section>`;
}

function held(render: Renderer): string {
  const phases = PHASES.map((phase) => row(phase, `phase-${phase}`, render));
  const persistence = PERSISTENCE_STATES.map((state) =>
    row(PERSISTENCE_NAMES[state], `persistence-${state}`, render),
  );
  return `<section class="held" aria-labelledby="h-held"><h2 id="h-held">Connections</h2>
<table><tbody>
${row('Open', 'open', render)}${phases.join('')}${persistence.join('')}
${row('TLS handshakes', 'handshakes', render)}${row('Accepted in all', 'accepted', render)}${row('Closed at once', 'connections-refused', render)}${row('Faults of clients', 'faults-total', render)}
</tbody></table>
</section>`;
}

/** A row of a table with one number. */
function row(name: string, key: string, render: Renderer): string {
  return `<tr><th scope="row">${name}</th>${render.text(key, 'td', 'class="n"')}</tr>`;
}

function bar(key: string, render: Renderer): string {
  return `<svg class="bar" viewBox="0 0 ${BAR_WIDTH} 6" preserveAspectRatio="none" aria-hidden="true"><rect width="${BAR_WIDTH}" height="6" rx="1"/><rect height="6" rx="1"${render.width(key)}/></svg>`;
}
