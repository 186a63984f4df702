// The parts of the documentation that are generated: from the protocol's tables, and from the
// comments beside the names in their sources. Pure: what is read and written, docs.mjs knows.

const RFC = 'https://www.rfc-editor.org/rfc/rfc';
const PROXY_PROTOCOL = 'https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt';

/** Files whose comments explain names, relative to the top of the repository. */
export const SOURCES = [
  'src/fsm/machine/events.ts',
  'src/fsm/machine/reading.ts',
  'src/fsm/machine/writing.ts',
  'src/fsm/machine/persistence.ts',
];

/** Files that have generated parts, relative to the top of the repository. */
export const DOCUMENTS = ['README.md', 'docs/state-machine.md', 'docs/http-support.md'];

/**
 * Every generated part by name, as Markdown.
 *
 * @param {typeof import('../src/fsm/index.js')} core
 * @param {Readonly<Record<string, string>>} sources the texts of SOURCES, by path
 * @returns {Readonly<Record<string, string>>}
 */
export function generatedParts(core, sources) {
  const diagrams = core.diagrams();
  const source = (path) => sources[path] ?? '';
  return {
    'reading-diagram': fenced(diagrams.reading),
    'writing-diagram': fenced(diagrams.writing),
    'persistence-diagram': fenced(diagrams.persistence),
    'reading-states': namesTable('State', source('src/fsm/machine/reading.ts'), 'READING_STATES'),
    'writing-states': namesTable('State', source('src/fsm/machine/writing.ts'), 'WRITING_STATES'),
    'persistence-states': namesTable(
      'State',
      source('src/fsm/machine/persistence.ts'),
      'PERSISTENCE_STATES',
    ),
    'joint-rules': jointRulesTable(core.jointRules()),
    events: namesTable('Event', source('src/fsm/machine/events.ts'), 'EVENTS'),
    actions: namesTable('Action', source('src/fsm/machine/events.ts'), 'ACTIONS'),
    phases: phasesTable(core),
    faults: faultsTable(core),
    limits: limitsTable(core.LIMIT_ROWS),
  };
}

/**
 * The document with its generated parts renewed: what stands between `<!-- generated: name -->` and
 * `<!-- /generated -->`.
 *
 * @param {string} text
 * @param {Readonly<Record<string, string>>} parts
 * @returns {{ text: string, names: string[] }} the text, and the names of the parts that it has
 */
export function renew(text, parts) {
  const names = [];
  const renewed = text.replace(
    /(<!-- generated: ([\w-]+) -->\n)[\s\S]*?(<!-- \/generated -->)/g,
    (_all, begin, name, end) => {
      const part = parts[name];
      if (part === undefined) throw new Error(`there is no generated part '${name}'`);
      names.push(name);
      return `${begin}\n${part}\n\n${end}`;
    },
  );
  return { text: renewed, names };
}

function fenced(diagram) {
  return `\`\`\`mermaid\n${diagram.trimEnd()}\n\`\`\``;
}

function table(heads, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

const code = (text) => `\`${text}\``;

/** The names of an `as const` array in a source, each with the comment above it. */
function namesTable(head, source, array) {
  const body = new RegExp(`export const ${array} = \\[\\n([\\s\\S]*?)\\n\\] as const`).exec(
    source,
  )?.[1];
  if (body === undefined) throw new Error(`${array} was not found`);
  const rows = [];
  for (const [, comment, name] of body.matchAll(/(?:\/\*\* ([^\n]*) \*\/\n\s*)?'(\w+)',/g)) {
    if (comment === undefined) throw new Error(`${array}: ${name} has no comment`);
    rows.push([code(name), comment]);
  }
  return table([head, 'Meaning'], rows);
}

function jointRulesTable(rules) {
  const rows = rules.map(({ reading, writing, persistence, to, action, why }) => [
    reading.map(code).join(', '),
    code(writing),
    persistence === undefined ? 'either' : code(persistence),
    `${code(to.reading)}, ${code(to.writing)}`,
    code(action),
    why,
  ]);
  return table(['Reading', 'Writing', 'Persistence', 'To', 'Action', 'Why'], rows);
}

/** The joint states that events lead to, by phase; persistence changes no phase. */
function phasesTable(core) {
  const { compileMachine, EVENT_COUNT, IMPOSSIBLE, jointState, nextState, phaseOf, PHASES } = core;
  const { initial, transitions } = compileMachine();
  const states = new Set([initial]);
  for (const state of states) {
    for (let event = 0; event < EVENT_COUNT; event++) {
      const transition = transitions[state * EVENT_COUNT + event];
      if (transition !== IMPOSSIBLE) states.add(nextState(transition));
    }
  }
  const ordered = [...states].sort((a, b) => a - b);
  const rows = PHASES.map((phase) => {
    const halves = ordered
      .filter((state) => phaseOf(state) === phase)
      .map((state) => `${jointState(state).reading}/${jointState(state).writing}`);
    return [code(phase), [...new Set(halves)].map(code).join(', ')];
  });
  return table(['Phase', 'Reading / writing'], rows);
}

function faultsTable({ FAULT_NAMES, Fault, faultCode, faultRow }) {
  const rows = FAULT_NAMES.map((name) => {
    const { status, section, text } = faultRow(Fault[name]);
    return [code(faultCode(Fault[name])), status, linked(section), text];
  });
  return table(['Code', 'Status', 'Rule', 'What is wrong'], rows);
}

/** `RFC 9112 §7.1`, linked. The PROXY protocol is one text file, without places to link to. */
function linked(section) {
  if (/^PROXY protocol §[\d.]+$/.test(section)) return `[${section}](${PROXY_PROTOCOL})`;
  const match = /^RFC (\d+) §([\d.]+)$/.exec(section);
  if (match === null) throw new Error(`'${section}' names no section`);
  return `[${section}](${RFC}${match[1]}#section-${match[2]})`;
}

function limitsTable(rows) {
  return table(
    ['Name', 'Default', 'Why'],
    Object.entries(rows).map(([name, row]) => [code(name), shown(row), row.why]),
  );
}

/** `16 KiB`, `10 s`, `100`, `240 B/s`; `none` for a 0 that means so. */
function shown({ value, unit, zero }) {
  if (value === 0 && zero === 'none') return 'none';
  switch (unit) {
    case 'bytes': {
      const sizes = [
        ['MiB', 1024 * 1024],
        ['KiB', 1024],
      ];
      const size = sizes.find(([, bytes]) => value >= bytes && value % bytes === 0);
      return size === undefined ? `${value} B` : `${value / size[1]} ${size[0]}`;
    }
    case 'ms':
      return value % 1000 === 0 ? `${value / 1000} s` : `${value} ms`;
    case 'bytes/s':
      return `${value} B/s`;
    default:
      return value.toLocaleString('en-US');
  }
}
