import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ambientUses } from '../support/ambient.js';
import { top } from '../support/top.js';

const depcruise = join(top, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');

const scratch: string[] = [];

afterEach(() => {
  for (const path of scratch.splice(0)) rmSync(path, { recursive: true, force: true });
});

function scratchFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'sluice-layers-'));
  scratch.push(path);
  return path;
}

/** A copy of src, away from the checkout; `files` are appended to what stands there, or added. */
function copyOfSource(files: Record<string, string>): string {
  const copy = scratchFolder();
  cpSync(join(top, 'src'), join(copy, 'src'), { recursive: true });
  cpSync(join(top, '.dependency-cruiser.cjs'), join(copy, '.dependency-cruiser.cjs'));
  cpSync(join(top, 'package.json'), join(copy, 'package.json'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), text, { flag: 'a' });
  }
  return copy;
}

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
  readonly to: string;
}

const lineOf = ({ rule, from, to }: Violation): string => `${rule.name}: ${from} → ${to}`;

/** The violations in `<root>/src`. */
function violations(root: string): Violation[] {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [depcruise, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src'],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (stdout === '') throw new Error(`dependency-cruiser printed no result: ${stderr}`);
  const report = JSON.parse(stdout) as { summary: { violations: Violation[] } };
  return report.summary.violations;
}

/** What the compiler says of a file with this text, were it in the project. */
function compilerErrors(project: string, path: string, text: string): string[] {
  const { options, fileNames, projectReferences } = ts.getParsedCommandLineOfConfigFile(
    project,
    { noEmit: true },
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: ({ messageText }) => expect.fail(String(messageText)),
    },
  ) as ts.ParsedCommandLine;
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (name, language, ...others) =>
    name === path
      ? ts.createSourceFile(name, text, language)
      : getSourceFile(name, language, ...others);
  const program = ts.createProgram({
    rootNames: [...fileNames, path],
    options,
    ...(projectReferences === undefined ? {} : { projectReferences }),
    host,
  });
  return program
    .getSemanticDiagnostics(program.getSourceFile(path))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

describe('imports', () => {
  // dependency-cruiser takes seconds, so it reads a copy with files that break the rules, once. What it says of all
  // others, it says of src.
  const ofFsm = `src/fsm/${readdirSync(join(top, 'src/fsm')).find((name) => name.endsWith('.ts'))}`;
  const added: Record<string, string> = {
    [ofFsm]: "\nimport 'node:net';\n",
    'src/fsm/base.ts': 'export const a = 1;\n',
    'src/conn/base.ts': 'export const a = 1;\n',
    'src/fsm/a-type.ts': "import type { Socket } from 'node:net';\nexport type A = Socket;\n",
    'src/fsm/a-type-expression.ts': "export type A = import('node:net').Socket;\n",
    'src/fsm/late.ts': "export const late: Promise<unknown> = import('net');\n",
    'src/fsm/reference.ts': '/// <reference types="node" />\nexport const a = 1;\n',
    'src/limiter/upwards.ts': "export * from '../fsm/base.js';\n",
    'src/http/sideways.ts': "export * from '../conn/base.js';\n",
    'src/conn/behind.ts': "export * from '../observe/behind-the-interface.js';\n",
    'src/conn/interface.ts': "export * from '../observe/observer.js';\n",
    'src/observe/observer.ts': '\nexport interface AddedByTheTest {}\n',
    'src/observe/behind-the-interface.ts': 'export const a = 1;\n',
    'src/io/allowed.ts': "import 'node:net';\nexport * from '../fsm/base.js';\n",
    'src/io/inwards.ts': "export * from '../http/sideways.js';\n",
    'src/adapters/past.ts': "export * from '../fsm/base.js';\n",
    'src/cli/package.ts': "import 'fast-check';\n",
    'src/stray.ts': "export * from './fsm/base.js';\n",
    'src/conn/read/base.ts': 'export const a = 1;\n',
    'src/conn/clock/later-room.ts': "export type * from '../read/base.js';\n",
    'src/conn/respond/earlier-room.ts': "export * from '../read/base.js';\n",
    'src/conn/cellar/stray.ts': "export * from '../read/base.js';\n",
    'src/io/transport/later-room.ts': "export * from '../listen/base.js';\n",
    'src/io/listen/base.ts': 'export const a = 1;\n',
    'src/fsm/circle-a.ts': "export * from './circle-b.js';\n",
    'src/fsm/circle-b.ts': "export * from './circle-a.js';\n",
    'src/conn/type-circle-a.ts':
      "import type { B } from './type-circle-b.js';\nexport interface A { b: B }\n",
    'src/conn/type-circle-b.ts':
      "import type { A } from './type-circle-a.js';\nexport interface B { a: A }\n",
  };
  let found: Violation[];

  beforeAll(() => {
    found = violations(copyOfSource(added));
  });

  test('each folder of src imports only what its row of the table names', () => {
    expect(found.filter(({ from }) => !Object.hasOwn(added, from)).map(lineOf)).toEqual([]);
  });

  test('docs/architecture.md lists the rooms of src/conn in their order', () => {
    const inDocs = readFileSync(join(top, 'docs/architecture.md'), 'utf8')
      .split('| room of `src/conn` |')[1]
      ?.split('\n\n')[0]
      ?.matchAll(/^\| `(\w+)` \|/gm);
    const rules = (
      createRequire(import.meta.url)(join(top, '.dependency-cruiser.cjs')) as {
        forbidden: { name: string; to: { path?: string } }[];
      }
    ).forbidden.filter(({ name }) => name.startsWith('room-conn-'));
    const first = rules[0];
    const behindIt = /\(([\w|]+)\)/.exec(first?.to.path ?? '')?.[1]?.split('|') ?? [];
    expect([...(inDocs ?? [])].map(([, room]) => room)).toEqual([
      first?.name.replace('room-conn-', ''),
      ...behindIt,
    ]);
  });

  test('a node:net import in a file of src/fsm is a violation', () => {
    expect(found.filter(({ from }) => from === ofFsm).map(lineOf)).toEqual([
      `layer-fsm: ${ofFsm} → net`,
    ]);
  });

  test('what a row does not name is a violation, however it is imported', () => {
    const to = (path: string): unknown => expect.stringContaining(path);
    const ofOthers = found.filter(({ from }) => from !== ofFsm).map(lineOf);
    expect(ofOthers.sort()).toEqual([
      to('layer-adapters: src/adapters/past.ts → src/fsm/base.ts'),
      to('layer-cli: src/cli/package.ts → '),
      to('layer-conn: src/conn/behind.ts → src/observe/behind-the-interface.ts'),
      to('layer-fsm: src/fsm/a-type-expression.ts → net'),
      to('layer-fsm: src/fsm/a-type.ts → net'),
      to('layer-fsm: src/fsm/late.ts → net'),
      to('layer-fsm: src/fsm/reference.ts → '),
      to('layer-http: src/http/sideways.ts → src/conn/base.ts'),
      to('layer-io: src/io/inwards.ts → src/http/sideways.ts'),
      to('layer-limiter: src/limiter/upwards.ts → src/fsm/base.ts'),
      to('no-cycle: src/conn/type-circle-a.ts → src/conn/type-circle-b.ts'),
      to('no-cycle: src/fsm/circle-a.ts → src/fsm/circle-b.ts'),
      to('no-stray-file: src/stray.ts → src/fsm/base.ts'),
      to('no-stray-room: src/conn/cellar/stray.ts → src/conn/read/base.ts'),
      to('room-conn-clock: src/conn/clock/later-room.ts → src/conn/read/base.ts'),
      to('room-io-transport: src/io/transport/later-room.ts → src/io/listen/base.ts'),
    ]);
  });
});

describe('globals', () => {
  test.each(['options', 'fsm', 'limiter'])(
    'src/%s does not compile with what Node or the web provide',
    (layer) => {
      const ambient = join(top, 'src', layer, 'ambient.ts');
      const text = [
        'export const bytes: unknown = Buffer.alloc(1);',
        'export const text: unknown = new TextDecoder();',
        'export const signal: unknown = new AbortController();',
        'export const last: unknown = [1].at(-1);',
      ].join('\n');
      expect(
        compilerErrors(join(top, 'src', layer, 'tsconfig.json'), ambient, text).map(
          (error) => /Cannot find name '(\w+)'/.exec(error)?.[1],
        ),
      ).toEqual(['Buffer', 'TextDecoder', 'AbortController']);
    },
  );

  test('are not reached around the compiler either', () => {
    const found = ['options', 'fsm', 'limiter'].flatMap((layer) =>
      readdirSync(join(top, 'src', layer), { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.ts'))
        .filter((path) =>
          /\bglobalThis\b/.test(readFileSync(join(top, 'src', layer, path), 'utf8')),
        )
        .map((path) => `src/${layer}/${path}`),
    );
    // The limiter's entry supplies the real clock, and nothing else does.
    expect(found).toEqual(['src/limiter/index.ts']);
  });

  test('the linter knows which global each layer may name', () => {
    const root = scratchFolder();
    const files: Record<string, string> = {
      'src/adapters/timer.ts': 'setInterval(() => {}, 1);',
      'src/cli/timer.ts': 'setImmediate(() => {});',
      'src/cli/fits.ts': 'console.log(process.pid);',
      'src/conn/clock.ts': 'performance.now();',
      'src/conn/fits.ts': 'Buffer.alloc(1);',
      'src/http/exit.ts': 'process.exit(1);',
      'src/http/turn.ts': 'queueMicrotask(() => {});',
      'src/io/fits.ts': 'setTimeout(() => {}, performance.now());',
      'src/server.ts': "console.log('');",
      'src/testing/timer.ts': 'setTimeout(() => {}, 1);',
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), `${text}\n`);
    }
    cpSync(join(top, 'biome.jsonc'), join(root, 'biome.jsonc'));
    cpSync(join(top, '.gitignore'), join(root, '.gitignore'));
    const biome = join(top, 'node_modules/@biomejs/biome/bin/biome');
    const { stdout } = spawnSync(process.execPath, [biome, 'lint', '--reporter=json', 'src'], {
      cwd: root,
      encoding: 'utf8',
    });
    const report = JSON.parse(stdout) as {
      diagnostics: { category: string; location: { path: string } }[];
    };
    const found = report.diagnostics.map((d) => `${d.location.path}: ${d.category}`);
    expect(found.sort()).toEqual([
      'src/adapters/timer.ts: lint/style/noRestrictedGlobals',
      'src/cli/timer.ts: lint/style/noRestrictedGlobals',
      'src/conn/clock.ts: lint/style/noRestrictedGlobals',
      'src/http/exit.ts: lint/style/noRestrictedGlobals',
      'src/http/turn.ts: lint/style/noRestrictedGlobals',
      'src/server.ts: lint/suspicious/noConsole',
      'src/testing/timer.ts: lint/style/noRestrictedGlobals',
    ]);
  });
});

describe('time, chance and timers', () => {
  /**
   * src/io holds them; the limiter's entry supplies the real clock to whoever uses it alone, and
   * the adapters, which reach src/io through the public API only, have the time of day that files are dated by.
   */
  const permitted = (path: string): boolean =>
    path.startsWith('io/') || path === 'limiter/index.ts' || path === 'adapters/clock.ts';

  test('are named in src/io, the entry of the limiter and the clock of the adapters alone', () => {
    const found = readdirSync(join(top, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !permitted(path))
      .flatMap((path) =>
        ambientUses(path, readFileSync(join(top, 'src', path), 'utf8')).map(
          (use) => `src/${path}:${use}`,
        ),
      );
    expect(found).toEqual([]);
  });

  test('are found in every form in which they can be taken', () => {
    const text = [
      'Date.now();',
      'performance.now();',
      'Math.random();',
      'setTimeout(f, 1);',
      'globalThis.setInterval(f, 1);',
      'const later = setImmediate;',
      'new Date();',
      'const clock = { now: Date.now };',
      'const timers = { setTimeout };',
    ];
    expect(ambientUses('a.ts', text.join('\n'))).toEqual([
      '1: Date.now',
      '2: performance',
      '3: Math.random',
      '4: setTimeout',
      '5: globalThis.setInterval',
      '6: setImmediate',
      '7: Date()',
      '8: Date.now',
      '9: setTimeout',
    ]);
  });

  test('are not confused with comments, strings, given times and members of the same name', () => {
    const text = [
      '// Date.now() and setTimeout() are in src/io.',
      "const a = 'Math.random()';",
      'const b = new Date(ms).toUTCString();',
      'clock.setTimeout(f, 1);',
      'interface Clock { setTimeout(f: () => void, ms: number): void; performance: number }',
      'class Real { setImmediate(): void {} }',
    ];
    expect(ambientUses('a.ts', text.join('\n'))).toEqual([]);
  });
});
