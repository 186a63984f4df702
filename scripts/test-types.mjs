// The packed types under each TypeScript from the least on, with `skipLibCheck: false`: `npm run test:types`.
// The compilers stand in test/types, with a lockfile of their own, so that `npm ci` stays light.

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { addCounts } from './counts.mjs';

const pathOf = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const folder = pathOf('test/types/');
const compilers = ['typescript-5.0', 'typescript-5.4', 'typescript-5.8'];

const strict = {
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
  target: 'es2022',
};
const node = { lib: ['es2022'], types: ['node'], typeRoots: [`${folder}node_modules/@types`] };
const environments = {
  "ES modules, the web's types": {
    file: 'usage.mts',
    module: 'nodenext',
    lib: ['es2022', 'dom', 'dom.iterable'],
    types: [],
  },
  "ES modules, Node's types": { file: 'usage.mts', module: 'nodenext', ...node },
  // Before 5.8 a CommonJS module may not require an ES module, whatever Node does.
  'a bundler': { file: 'usage.ts', module: 'esnext', moduleResolution: 'bundler', ...node },
  'the resolution of before exports': {
    file: 'usage.ts',
    module: 'commonjs',
    moduleResolution: 'node',
    ...node,
  },
};

if (!existsSync(`${folder}node_modules/${compilers[0]}`)) {
  const flags = ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'];
  execFileSync('npm', flags, { stdio: 'inherit' });
}

const consumer = mkdtempSync(`${tmpdir()}/sluice-types-`);
let passed = 0;
let failed = 0;
try {
  const installed = `${consumer}/node_modules/sluice`;
  mkdirSync(installed, { recursive: true });
  cpSync(pathOf('dist'), `${installed}/dist`, { recursive: true });
  cpSync(pathOf('package.json'), `${installed}/package.json`);
  writeFileSync(`${consumer}/package.json`, '{ "private": true }\n');
  for (const name of ['usage.mts', 'usage.ts']) cpSync(`${folder}usage.mts`, `${consumer}/${name}`);

  for (const compiler of compilers) {
    for (const [name, { file, ...options }] of Object.entries(environments)) {
      const config = { compilerOptions: { ...strict, ...options }, files: [file] };
      writeFileSync(`${consumer}/tsconfig.json`, JSON.stringify(config));
      const tsc = `${folder}node_modules/${compiler}/bin/tsc`;
      const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', consumer], {
        encoding: 'utf8',
      });
      console.log(`${status === 0 ? 'fits' : 'FAILS'}: ${compiler}, ${name}\n${stdout}`.trimEnd());
      if (status === 0) passed++;
      else failed++;
    }
  }
} finally {
  rmSync(consumer, { recursive: true, force: true });
}
addCounts('types', { passed, failed });
if (failed > 0) process.exitCode = 1;
