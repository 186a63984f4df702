// The second half of `npm run build`: joins the modules that tsc has left in build/ into the package,
// dist/, since a program that imports 104 files needs 40 ms more to start. There is a file for each entry
// of package.json, and dist/layers has one for each folder of src that entries share. What nobody imports
// is left out; nothing is shortened, and nothing renamed but one of two names that would meet in a file.
// Types are a file for each module.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import ts from 'typescript';

const pathOf = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const build = pathOf('build/');
const dist = pathOf('dist/');

// From the bottom up: each takes with it what it imports, unless one before it has.
const layers = [
  'options',
  'fsm',
  'limiter',
  'http',
  'conn',
  'io',
  'server',
  'adapters',
  'telemetry',
  'access-log',
  'status',
  'node',
  'workers',
];

/**
 * The folder of src that a module comes from; of those at its top, 'server'. An adapter with a folder of its own is
 * not in the file of the others, and `register`, which changes things by being loaded, is in none.
 */
function layerOf(path) {
  const [folder, ...rest] = relative(build, path).split(sep);
  if (rest.length === 0) return 'server';
  if (rest.at(-1) === 'register.js') return 'register';
  return rest.length > 1 && folder === 'adapters' ? rest[0] : folder;
}

const { exports, bin } = JSON.parse(readFileSync(pathOf('package.json'), 'utf8'));
const entries = [...Object.values(exports).map((entry) => entry.default), ...Object.values(bin)]
  .filter((path) => path !== undefined)
  .map((path) => path.replace(/^(\.\/)?dist\/(.+)\.js$/, '$2'));

const modules = await rolldown({
  cwd: pathOf(''),
  input: Object.fromEntries(entries.map((name) => [name, `${build}${name}.js`])),
  platform: 'node',
  // Peer dependencies of the user's own.
  external: /^(node:|@opentelemetry\/api$|prom-client$)/,
  // `sideEffects` of package.json speaks of dist/.
  treeshake: { moduleSideEffects: true },
});
rmSync(dist, { recursive: true, force: true });
await modules.write({
  dir: dist,
  chunkFileNames: 'layers/[name].js',
  minifyInternalExports: false,
  // V8 keeps the text of each file. One character outside of Latin-1 would double its memory; types keep the comments.
  comments: { jsdoc: false },
  charset: 'ascii',
  codeSplitting: {
    groups: layers.map((name, i) => ({
      name,
      test: (path) => layerOf(path) === name,
      priority: layers.length - i,
    })),
  },
});
await modules.close();

// The types as tsc made them, but for two things: what is marked @internal is for our tests alone; and the
// kind of memory behind bytes has a name that TypeScript before 5.7 can't read. Without the name it is any kind.
for (const path of readdirSync(build, { recursive: true, encoding: 'utf8' })) {
  if (!path.endsWith('.d.ts')) continue;
  const text = withoutInternals(readFileSync(`${build}${path}`, 'utf8'));
  mkdirSync(dirname(`${dist}${path}`), { recursive: true });
  writeFileSync(
    `${dist}${path}`,
    text.replaceAll(/\bUint8Array<ArrayBuffer(Like)?>/g, 'Uint8Array'),
  );
}

/** What `stripInternal` of tsc does; but a constructor that is @internal becomes a private one. */
function withoutInternals(text) {
  const cuts = [];
  const look = (node) => {
    const comments = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [];
    const last = comments.at(-1);
    if (last !== undefined && text.slice(last.pos, last.end).includes('@internal')) {
      const instead = ts.isConstructorDeclaration(node) ? '\n    private constructor();' : '';
      cuts.push({ from: node.getFullStart(), to: node.end, instead });
    } else if (ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node)) {
      node.members.forEach(look);
    }
  };
  ts.createSourceFile('types.d.ts', text, ts.ScriptTarget.ES2023).statements.forEach(look);
  return cuts.reduceRight(
    (all, { from, to, instead }) => all.slice(0, from) + instead + all.slice(to),
    text,
  );
}
