// The last faults of clients. All of it is from hostile peers: control characters are shown as escapes, and every
// text is escaped once more where it meets HTML.

import { escapeOf, UNPRINTABLE } from '../../access-log/printable.js';
import { FAULTS_MAX } from '../collect/fault-ring.js';
import type { SeenFault, Snapshot } from '../snapshot.js';
import type { Renderer } from './bound.js';
import { clockText, countText, msText } from './formats.js';

const PARTS = [
  'at',
  'status',
  'code',
  'text',
  'section',
  'from',
  'place',
  'bytes',
  'trace',
] as const;
type Part = (typeof PARTS)[number];

const partKey = (row: number, part: Part | 'level' | 'trace-level'): string =>
  `fault-${row}-${part}`;

const NOTHING = Object.fromEntries(PARTS.map((part) => [part, ''])) as Record<Part, string>;

/** What changes in the list. Rows without a fault are empty. */
export function faultTexts({ faults }: Snapshot): Record<string, string> {
  const texts: Record<string, string> = { 'faults-total': countText(faults.total) };
  for (let row = 0; row < FAULTS_MAX; row++) {
    const fault = faults.last[row];
    const shown = fault === undefined ? NOTHING : partsOf(fault);
    for (const part of PARTS) texts[partKey(row, part)] = shown[part];
    texts[partKey(row, 'level')] = fault === undefined ? '' : '1';
    texts[partKey(row, 'trace-level')] = shown.trace === '' ? '' : '1';
  }
  texts['faults-none'] = faults.last.length === 0 ? 'No client has broken a rule yet.' : '';
  return texts;
}

function partsOf(fault: SeenFault): Record<Part, string> {
  return {
    at: clockText(fault.at),
    status: fault.status === 0 ? '' : `${fault.status}`,
    code: visible(fault.code.replace(/^SLUICE_FAULT_/, '')),
    text: visible(fault.text),
    section: visible(fault.section),
    from: `${visible(fault.remoteAddress) || 'a local socket'}, connection ${fault.connectionId}`,
    place: `byte ${countText(fault.offset)}, in ${visible(fault.state)}`,
    bytes: visible(fault.bytes),
    trace: traceOf(fault),
  };
}

/** More are in /status.json: a frame stays small. */
const TRACED_MAX = 32;

/** A line for each transition that was traced, the oldest first. */
function traceOf({ transitions = [] }: SeenFault): string {
  return transitions
    .slice(-TRACED_MAX)
    .map(
      ({ event, state, offset, ageMs }) =>
        `${event} → ${state}, at byte ${countText(offset)}, ${msText(ageMs)} before`,
    )
    .join('\n');
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\r': '\\r', '\n': '\\n', '\t': '\\t' };

/** Line ends, and all else that can't be seen, as escapes. A backslash of the peer is not taken for one. */
export function visible(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replace(UNPRINTABLE, (character) => SHORT_ESCAPES[character] ?? escapeOf(character));
}

export function faultList(render: Renderer): string {
  const rows = Array.from({ length: FAULTS_MAX }, (_, row) => {
    const text = (part: Part, element = 'span', attributes = ''): string =>
      render.text(partKey(row, part), element, attributes);
    return `<li${render.level(partKey(row, 'level'))}>
<p>${text('at', 'span', 'class="when"')} ${text('status', 'b')} ${text('text')} ${text('section', 'span', 'class="quiet"')}</p>
<p class="quiet">${text('code', 'code')} from ${text('from')}, at ${text('place')}</p>
<pre tabindex="0" aria-label="The bytes around the fault">${text('bytes', 'code')}</pre>
<details class="trace"${render.level(partKey(row, 'trace-level'))}><summary>The transitions that led there</summary><pre tabindex="0" aria-label="The transitions that led there">${text('trace', 'code')}</pre></details>
</li>`;
  });
  return `${render.text('faults-none', 'p', 'class="quiet none"')}<ol class="faults">${rows.join('')}</ol>`;
}
