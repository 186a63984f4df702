// `npm run fuzz -- --seconds N [--target T] [--seed S]`: mutates inputs that reach something new, until
// the time is over or an invariant breaks.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { nameOf } from './corpus.js';
import { testCase } from './minimise.js';
import { INPUT_AT, INPUT_LENGTH, type Report, RUNS, SHARED_BYTES, type Task } from './protocol.js';
import { TARGETS } from './targets/index.js';

/** Compiled, this file stands in fuzz/.build/fuzz. */
const home = fileURLToPath(new URL('../..', import.meta.url));
const USAGE = `npm run fuzz -- [--seconds N] [--target ${Object.keys(TARGETS).join('|')}] [--seed S]`;
/** A target that takes longer than this for one input hangs. */
const HANG_MS = 20_000;

interface Outcome {
  readonly runs: number;
  readonly failed: boolean;
}

const { seconds, targets, seed } = options();
const share = seconds / targets.length;
let runs = 0;
let failed = false;
console.log(`seed ${seed}, ${share.toFixed(0)} s a target`);
for (const target of targets) {
  const outcome = await fuzz(target, share);
  runs += outcome.runs;
  failed ||= outcome.failed;
}
console.log(`${runs} runs in all, ${failed ? 'with a failure' : 'without a failure'}`);
process.exitCode = failed ? 1 : 0;

function options(): { seconds: number; targets: string[]; seed: number } {
  try {
    const { values } = parseArgs({
      options: {
        seconds: { type: 'string', default: '60' },
        target: { type: 'string' },
        seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      },
    });
    const given = { seconds: Number(values.seconds), seed: Number(values.seed) };
    if (!(given.seconds > 0)) throw new Error(`--seconds: got ${values.seconds}`);
    if (!Number.isSafeInteger(given.seed)) throw new Error(`--seed: got ${values.seed}`);
    const { target } = values;
    if (target !== undefined && !Object.hasOwn(TARGETS, target))
      throw new Error(`--target: got ${target}`);
    return { ...given, targets: target === undefined ? Object.keys(TARGETS) : [target] };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    return process.exit(2);
  }
}

function fuzz(target: string, seconds: number): Promise<Outcome> {
  const shared = new SharedArrayBuffer(SHARED_BYTES);
  const corpusFolder = join(home, 'corpus', target);
  const task: Task = {
    target,
    seconds,
    seed,
    seedFolder: join(home, 'seeds', target),
    corpusFolder,
    shared,
  };
  const numbers = new Int32Array(shared);
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: task });
  const startedAt = performance.now();
  return new Promise((resolve) => {
    let failed = false;
    const line = (rest: string): string => {
      const elapsed = (performance.now() - startedAt) / 1000;
      const count = Atomics.load(numbers, RUNS);
      const rate = Math.round(count / elapsed);
      return `${target.padEnd(10)} ${elapsed.toFixed(0).padStart(4)} s  ${count} runs  ${rate}/s  ${rest}`;
    };
    const fail = (bytes: Uint8Array, text: string): void => {
      failed = true;
      const path = join(corpusFolder, `failure-${nameOf(bytes)}`);
      writeFileSync(path, bytes);
      console.log(`\n${target} failed: ${text}\n\nThe input is in ${path}. As a test:\n`);
      console.log(testCase(target, bytes, text));
    };

    let seen = 0;
    let seenAt = performance.now();
    const watch = setInterval(() => {
      const count = Atomics.load(numbers, RUNS);
      if (count !== seen || count === 0) {
        seen = count;
        seenAt = performance.now();
      } else if (performance.now() - seenAt > HANG_MS) {
        const length = numbers[INPUT_LENGTH] as number;
        fail(Uint8Array.from(new Uint8Array(shared, INPUT_AT, length)), 'it hangs');
        void worker.terminate();
      }
    }, 1000);

    worker.on('message', (report: Report) => {
      if (report.kind === 'failure') fail(report.bytes, report.text);
      if (report.kind === 'progress') {
        const { corpus, branches, features } = report;
        console.log(line(`corpus ${corpus}  branches ${branches}  features ${features}`));
      }
    });
    worker.on('error', (error) => {
      const length = numbers[INPUT_LENGTH] as number;
      const bytes = Uint8Array.from(new Uint8Array(shared, INPUT_AT, length));
      fail(bytes, error.stack ?? error.message);
    });
    worker.on('exit', () => {
      clearInterval(watch);
      resolve({ runs: Atomics.load(numbers, RUNS), failed });
    });
  });
}
