// What `--status` shows beside `--workers`: the figures of each worker and their sums. States, percentiles and the curves
// of the page of one process are not there: added up, they would say nothing.

import { isForeign, isKnownHost } from '../adapters/status/asked-host.js';
import { escaped } from '../adapters/status/page/html.js';
import type { WorkerFigures, WorkersStats } from '../adapters/workers/index.js';
import { type Reply, reply, type ServerStats } from '../index.js';

/** What the page is made of. */
export interface FiguresOptions {
  readonly title: string;
  /** Names under which it may be asked for. */
  readonly hosts: ReadonlySet<string>;
  readonly stats: () => Promise<WorkersStats>;
  /** Milliseconds since the epoch. */
  readonly wallNow: () => number;
}

const FIELDS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

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
  return async ({ headers, method, url }) => {
    if (!isKnownHost(headers.get('host'), options.hosts))
      return text(421, 'This name is not known here. Ask by IP address.\n');
    const { pathname } = new URL(url);
    if (pathname !== '/' && pathname !== '/status.json')
      return text(404, 'There is / and /status.json.\n');
    if (method !== 'GET' && method !== 'HEAD')
      return text(405, 'There is GET, HEAD.\n', { Allow: 'GET, HEAD' });
    if (isForeign(headers)) return text(403, 'Pages of other sites are not answered.\n');
    const at = new Date(options.wallNow()).toISOString();
    const stats = await options.stats();
    if (pathname === '/')
      return made(pageOf(options.title, at, stats), {
        'Content-Type': 'text/html;charset=UTF-8',
        'Content-Security-Policy': POLICY,
      });
    return made(`${JSON.stringify({ at, ...stats })}\n`, { 'Content-Type': 'application/json' });
  };
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

/** A worker that has not answered has none. */
function cells(stats: WorkerFigures['stats']): readonly (number | string)[] {
  return COLUMNS.map(([, of]) => (stats === undefined ? '–' : of(stats)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function text(status: number, content: string, more?: Readonly<Record<string, string>>): Reply {
  return reply(content, { status, headers: { ...FIELDS, ...more } });
}

function made(content: string, more: Readonly<Record<string, string>>): Reply {
  return reply(content, { headers: { ...FIELDS, ...more } });
}
