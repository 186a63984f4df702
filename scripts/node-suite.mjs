// Node's own tests of its HTTP server, run on `sluice/register`: `npm run node-suite -- [--if-available] [name …]`.
//
// They come with Debian's source package of Node, which apt fetches and checks; none of their code is in this
// repository. Base: the tests that make a server, need no internals, and pass on this very Node as it is. At least
// 94 % of these must pass on sluice, and docs/node.md must name each of the others with its reason.
//
// `--if-available`: where the package can't be had, says so and counts as passed. With names, only the tests whose
// names have one of them in it run. What a failed test has printed stands in .node-suite/output.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { addCounts } from './counts.mjs';

const top = fileURLToPath(new URL('../', import.meta.url));
const folder = `${top}.node-suite/`;
const output = `${folder}output/`;
const document = `${top}docs/node.md`;
const register = pathToFileURL(`${top}dist/adapters/node/register.js`).href;

const TEST_MS_MAX = 20_000;
const SHARE_MIN = 0.94;
/** What only node:http's own server has: modules nobody may require, and the parser of its sockets. */
const INTERNALS = /internal\/|expose[-_]internals|require\('_http_(?:server|common)'\)|\.parser\b/;
/** Flags of a test that any Node takes. */
const RUNNABLE_FLAGS = /^--(?:expose[-_]gc|no-warnings|allow[-_]natives[-_]syntax)$/;

const given = process.argv.slice(2);
const names = given.filter((argument) => !argument.startsWith('--'));

const suite = sourceOrNotice();
if (suite !== undefined) await compare(suite);

/** @returns the folder `test` of Node's source; undefined where it can't be had and needn't be */
function sourceOrNotice() {
  try {
    return source();
  } catch (error) {
    if (!given.includes('--if-available')) throw error;
    console.log(
      `node-suite: skipped: Debian's source package of Node can't be had (${error.message})`,
    );
    addCounts('node-suite', { passed: 0, failed: 0 });
    return undefined;
  }
}

function source() {
  const found = () => readdirSync(folder).find((name) => /^node-v[\d.]+$/.test(name));
  mkdirSync(folder, { recursive: true });
  // They are CommonJS, whatever this repository is.
  writeFileSync(`${folder}package.json`, '{"type":"commonjs"}');
  if (found() === undefined) {
    const archive = download();
    const parts = ['test/parallel/test-http-*', 'test/common/*', 'test/fixtures/*'];
    const wanted = parts.map((part) => `*/${part}`);
    execFileSync('tar', ['xf', archive, '-C', folder, '--wildcards', ...wanted]);
    rmSync(`${folder}apt`, { recursive: true, force: true });
  }
  return `${folder}${found()}/test/`;
}

/** Fetches the package with lists of its own, so that the machine's lists stay as they are. */
function download() {
  const apt = `${folder}apt/`;
  for (const name of ['lists/partial', 'cache/archives/partial', 'sources'])
    mkdirSync(`${apt}${name}`, { recursive: true });
  writeFileSync(
    `${apt}sources/node-suite.sources`,
    [
      'Types: deb-src',
      'URIs: http://deb.debian.org/debian',
      'Suites: bookworm',
      'Components: main',
      'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
      '',
    ].join('\n'),
  );
  const settings = [
    'Dir::Etc::SourceList=/dev/null',
    `Dir::Etc::SourceParts=${apt}sources`,
    `Dir::State::Lists=${apt}lists`,
    `Dir::Cache=${apt}cache`,
    'APT::Sandbox::User=root',
    'Acquire::Retries=2',
  ].flatMap((setting) => ['-o', setting]);
  const options = { cwd: apt, stdio: 'pipe' };
  execFileSync('apt-get', [...settings, '-qq', 'update'], options);
  execFileSync('apt-get', [...settings, '-qq', 'source', '--download-only', 'nodejs'], options);
  const archive = readdirSync(apt).find((name) => /^nodejs_.*\.orig\.tar\.\w+$/.test(name));
  if (archive === undefined) throw new Error('the package has no source archive');
  return `${apt}${archive}`;
}

async function compare(tests) {
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  const chosen = chooseFrom(tests);
  const base = await plainBase(tests, chosen);
  const failed = await failing(tests, base, ['--import', register]);
  const passed = base.length - failed.length;

  const documented = existsSync(document) ? readFileSync(document, 'utf8') : '';
  const isNamed = (name) => documented.includes(`\`${name}\``);
  const unnamed = failed.filter((name) => !isNamed(name));
  const mended = base.filter((name) => isNamed(name) && !failed.includes(name));
  console.log(`\nof ${chosen.length} tests, ${base.length} pass on plain Node ${process.version}`);
  for (const name of failed)
    console.log(`  fails with sluice: ${name}${isNamed(name) ? ' (named in docs/node.md)' : ''}`);
  for (const name of mended) console.log(`  named in docs/node.md, but passes: ${name}`);
  console.log(`node-suite: ${passed} passed, ${failed.length} failed`);

  addCounts('node-suite', { passed, failed: unnamed.length });
  if (unnamed.length > 0) fail(`docs/node.md gives no reason for ${unnamed.join(', ')}`);
  if (passed < base.length * SHARE_MIN) fail(`less than ${SHARE_MIN * 100} % of the base passed`);
  if (base.length === 0) fail('no test passes on plain Node');
}

function fail(what) {
  console.error(`node-suite: ${what}`);
  process.exitCode = 1;
}

function chooseFrom(tests) {
  return readdirSync(`${tests}parallel`)
    .filter((file) => /^test-http-.*\.js$/.test(file))
    .map((file) => file.slice(0, -'.js'.length))
    .filter((name) => names.length === 0 || names.some((part) => name.includes(part)))
    .filter((name) => {
      const text = textOf(tests, name);
      return (
        /(?<!\b(?:net|tls)\.)\b(?:createServer|Server)\(/.test(text) &&
        !INTERNALS.test(text) &&
        flagsOf(text).every((flag) => RUNNABLE_FLAGS.test(flag))
      );
    });
}

function textOf(tests, name) {
  return readFileSync(`${tests}parallel/${name}.js`, 'utf8');
}

function flagsOf(text) {
  return /^\/\/ Flags: *(.+)$/m.exec(text)?.[1].trim().split(/ +/) ?? [];
}

/** Those that pass as they are. It is the same every time, so it is kept for this version of Node. */
async function plainBase(tests, chosen) {
  const kept = `${folder}base-${process.version}.json`;
  const known = existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : {};
  const unknown = chosen.filter((name) => known[name] === undefined);
  const failed = await failing(tests, unknown, []);
  for (const name of unknown) known[name] = !failed.includes(name);
  writeFileSync(kept, JSON.stringify(known));
  return chosen.filter((name) => known[name]);
}

/** Some of them measure time: what fails among others gets a second trial, alone. */
async function failing(tests, chosen, flags) {
  const first = await run(tests, chosen, flags, Math.max(2, availableParallelism()));
  return run(tests, first, flags, 1);
}

/** @returns the names of those that fail */
async function run(tests, chosen, flags, atOnce) {
  const waiting = [...chosen];
  const failed = [];
  const worker = async (_, index) => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const printed = await runOne(tests, name, flags, index);
      if (printed === undefined) continue;
      failed.push(name);
      writeFileSync(`${output}${name}${flags.length === 0 ? '.plain' : ''}.txt`, printed);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return failed.sort();
}

/** @returns what a test that failed has printed */
function runOne(tests, name, flags, index) {
  const all = [...flags, ...flagsOf(textOf(tests, name))];
  // A group of its own, so that what it has started ends with it.
  const child = spawn(process.execPath, [...all, `${tests}parallel/${name}.js`], {
    cwd: tests,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: {
      ...process.env,
      TEST_THREAD_ID: String(index),
      NODE_COMMON_PORT: String(12_346 + index),
    },
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      if (printed.length < 100_000) printed += text;
    });
  const timer = setTimeout(() => {
    printed += `\nended after ${TEST_MS_MAX} ms\n`;
    end(child);
  }, TEST_MS_MAX);
  return new Promise((resolve) => {
    child.on('close', (status) => {
      clearTimeout(timer);
      end(child);
      resolve(status === 0 ? undefined : printed || `status ${status}\n`);
    });
  });
}

function end(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // All of its group have ended.
  }
}
