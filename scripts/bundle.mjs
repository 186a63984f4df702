// The second half of `npm run build`: joins the modules that tsc has left in build/ into the package,
// dist/, since a program that imports 104 files needs 40 ms more to start. There is a file for each entry
// of package.json, and dist/layers has one for each folder of src that entries share. What nobody imports
// is left out; nothing is shortened, and nothing renamed but one of two names that would meet in a file.
// Types are copied as they are.

import { cpSync, readFileSync, rmSync, statSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const pathOf = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const build = pathOf('build/');
const dist = pathOf('dist/');

// From the bottom up: each takes with it what it imports, unless one before it has.
const layers = ['options', 'fsm', 'limiter', 'http', 'conn', 'io', 'server', 'adapters'];

/** The folder of src that a module comes from; of those at its top, 'server'. */
function layerOf(path) {
  const [folder, ...rest] = relative(build, path).split(sep);
  return rest.length === 0 ? 'server' : folder;
}

const { exports, bin } = JSON.parse(readFileSync(pathOf('package.json'), 'utf8'));
const entries = [...Object.values(exports).map((entry) => entry.default), ...Object.values(bin)]
  .filter((path) => path !== undefined)
  .map((path) => path.replace(/^(\.\/)?dist\/(.+)\.js$/, '$2'));

const modules = await rolldown({
  cwd: pathOf(''),
  input: Object.fromEntries(entries.map((name) => [name, `${build}${name}.js`])),
  platform: 'node',
  external: /^node:/,
  // `sideEffects` of package.json speaks of dist/.
  treeshake: { moduleSideEffects: true },
});
rmSync(dist, { recursive: true, force: true });
await modules.write({
  dir: dist,
  chunkFileNames: 'layers/[name].js',
  minifyInternalExports: false,
  codeSplitting: {
    groups: layers.map((name, i) => ({
      name,
      test: (path) => layerOf(path) === name,
      priority: layers.length - i,
    })),
  },
});
await modules.close();

cpSync(build, dist, {
  recursive: true,
  filter: (path) => statSync(path).isDirectory() || path.endsWith('.d.ts'),
});
