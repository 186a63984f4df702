// The page of `--status` with `--workers`: the figures of each worker, and their sums. It has none of the states,
// percentiles and curves that the page of one process shows: their sums would mean nothing.

import { escaped } from '../adapters/status/page/html.js';
import { answerFrom, htmlPage, jsonPage, type Pages } from '../adapters/status/pages.js';
import type { WorkerFigures, WorkersStats } from '../adapters/workers/index.js';
import type { Reply, ServerStats } from '../index.js';

export interface FiguresOptions {
  readonly title: string;
  /** The host names that a request for the page may have. */
  readonly hosts: ReadonlySet<string>;
  readonly stats: () => Promise<WorkersStats>;
  /** Milliseconds since the epoch. */
  readonly wallNow: () => number;
}

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

const STYLE =
  ':root{color-scheme:light dark;font:16px/1.4 system-ui,sans-serif}body{margin:1rem}table{border-collapse:collapse}' +
  'th,td{padding:.2rem .6rem;text-align:right;border-bottom:1px solid}div{overflow-x:auto}';

/** The columns of the table. */
const COLUMNS: readonly (readonly [title: string, of: (stats: ServerStats) => number])[] = [
  ['connections', ({ connections }) => sum(Object.values(connections))],
  ['in flight', ({ inFlight }) => inFlight],
  ['parked', ({ parked }) => parked],
  ['queued', ({ queued }) => queued],
  ['limit', ({ limit }) => limit],
  ['started', ({ started }) => started],
  ['refused', ({ refused }) => refused],
  ['probes', ({ probes }) => probes],
  ['faults', ({ faults }) => faults],
  ['bytes', ({ bytes }) => bytes],
  ['of at most', ({ bytesMax }) => bytesMax],
];

/** A handler that answers `/` and `/status.json`. */
export function figuresPage(options: FiguresOptions): (request: Request) => Promise<Reply> {
  const { title, hosts, stats, wallNow } = options;
  const now = (): string => new Date(wallNow()).toISOString();
  const contents: Readonly<Record<string, () => Promise<Reply>>> = {
    '/': async () => htmlPage(pageOf(title, now(), await stats()), POLICY),
    '/status.json': async () => jsonPage({ at: now(), ...(await stats()) }),
  };
  const pages: Pages<Promise<Reply>> = {
    hosts,
    paths: '/ and /status.json',
    at: (path = '') => (Object.hasOwn(contents, path) ? contents[path] : undefined),
  };
  return async (request) => answerFrom(pages, request);
}

function pageOf(title: string, at: string, { total, workers }: WorkersStats): string {
  const titles = ['worker', 'process', 'state', ...COLUMNS.map(([name]) => name)];
  const rows = workers.map(({ id, pid, state, stats }) => [id, pid ?? '', state, ...cells(stats)]);
  rows.push(['all', '', '', ...cells(total)]);
  const name = escaped(title);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="5">
<meta name="viewport" content="width=device-width"><title>${name}</title><style>${STYLE}</style>
<h1>${name}</h1><p>${escaped(at)}. Each worker has a limiter and a memory of its own.
The same for programs: <a href="/status.json">/status.json</a>.</p><div><table>
<tr>${titles.map((one) => `<th scope="col">${escaped(one)}</th>`).join('')}</tr>
${rows.map((row) => `<tr>${row.map((one) => `<td>${escaped(String(one))}</td>`).join('')}</tr>`).join('\n')}
</table></div></html>
`;
}

/** The cells of one row. A worker that has not answered has no figures. */
function cells(stats: WorkerFigures['stats']): readonly (number | string)[] {
  return COLUMNS.map(([, of]) => (stats === undefined ? '–' : of(stats)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
