// The loop, in a thread of its own: a target that never returns can then be stopped, and the input that
// it hangs on is known, as it stands in memory that both threads see.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { Random } from '../src/testing/index.js';
import { Corpus, readInputs } from './corpus.js';
import { minimise } from './minimise.js';
import { mutate } from './mutate.js';
import { INPUT_AT, INPUT_LENGTH, type Report, RUNS, type Task } from './protocol.js';
import { TARGETS, type Target } from './targets/index.js';

const TELL_MS = 1000;

// The boundary: run.ts gives it.
const task = workerData as Task;
const shared = new Int32Array(task.shared);
const input = new Uint8Array(task.shared, INPUT_AT);
const target = TARGETS[task.target] as Target;
const random = new Random(task.seed);
const corpus = new Corpus(task.corpusFolder);
const branchCount = (
  JSON.parse(
    readFileSync(fileURLToPath(new URL('../branches.json', import.meta.url)), 'utf8'),
  ) as string[]
).length;
// The boundary: build.mjs puts it there.
const counters = (globalThis as unknown as { sluiceBranches: Uint32Array }).sluiceBranches;

const startedAt = Date.now();
let toldAt = startedAt;

function tell(report: Report): void {
  parentPort?.postMessage(report);
}

/** Runs the target, and gives what it threw. */
async function failureOf(bytes: Uint8Array): Promise<unknown> {
  input.set(bytes);
  shared[INPUT_LENGTH] = bytes.length;
  Atomics.add(shared, RUNS, 1);
  counters.fill(0, 0, branchCount);
  try {
    await target(bytes);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Counts as AFL has them: once, twice, three times, up to 7, 15, 31, 127, more. */
function featuresReached(): number[] {
  const features: number[] = [];
  for (let branch = 0; branch < branchCount; branch++) {
    const count = counters[branch] as number;
    if (count > 0) features.push(branch * 8 + bucket(count));
  }
  return features;
}

function bucket(count: number): number {
  if (count <= 3) return count - 1;
  if (count <= 7) return 3;
  if (count <= 15) return 4;
  if (count <= 31) return 5;
  return count <= 127 ? 6 : 7;
}

async function tryOut(bytes: Uint8Array): Promise<boolean> {
  const failure = await failureOf(bytes);
  if (failure !== undefined) {
    const small = await minimise(bytes, async (one) => (await failureOf(one)) !== undefined);
    const error = await failureOf(small);
    tell({ kind: 'failure', bytes: small, text: messageOf(error ?? failure) });
    return false;
  }
  corpus.offer(bytes, featuresReached());
  const now = Date.now();
  if (now - toldAt >= TELL_MS) {
    toldAt = now;
    progress();
  }
  return true;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function progress(): void {
  const { size, branches, features } = corpus;
  tell({ kind: 'progress', corpus: size, branches, features });
}

function isOver(): boolean {
  return Date.now() - startedAt >= task.seconds * 1000;
}

async function main(): Promise<void> {
  for (const bytes of readInputs(task.seedFolder, task.corpusFolder)) {
    // What was not read again is left as it is: nothing is saved.
    if (isOver()) return progress();
    if (!(await tryOut(bytes))) return;
  }
  let holds = true;
  while (holds && !isOver())
    holds = await tryOut(mutate(corpus.pick(random), corpus.pick(random), random));
  corpus.save();
  progress();
}

await main();
