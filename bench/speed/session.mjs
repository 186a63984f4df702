// What all runs need: where to put things, and the rounds, saved as they go.

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { machineFacts } from '../lib/machine.mjs';

const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Runs a script on `node`, which says its result as a line of JSON. */
export async function resultOf(node, args) {
  const { stdout } = await promisify(execFile)(node, args, { timeout: 60_000 });
  return JSON.parse(stdout);
}

/** Facts that stand above every result. */
export function factsOf(node, script) {
  return {
    ...machineFacts(node),
    command: [`npm run ${script} --`, ...process.argv.slice(2)].join(' '),
  };
}

/** Results of another Node, or quick ones, don't replace those of the page. */
export function outPath(given, name, { node, quick }) {
  if (given !== undefined) return resolve(given);
  const major = node.split('.', 1)[0];
  const suffix = `${major === '24' ? '' : `-node${major}`}${quick ? '-quick' : ''}`;
  return pathOf(`../results/${name}${suffix}.json`);
}

/** A folder that goes when we go. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Runs every unit of a plan in each round, its subjects side by side, each time another one first.
 *
 * @param plan - units `{ one, names }`
 * @param measureOne - (one, name) → what is saved of it
 * @param brief - (one, report) → words for a line
 * @param seconds - how long a unit's measurement takes, about
 */
export async function runRounds({ plan, rounds, results, out, measureOne, brief, seconds }) {
  const total = rounds * plan.reduce((sum, { names }) => sum + names.length, 0);
  const expected = plan.reduce((sum, { one, names }) => sum + names.length * seconds(one), 0);
  const beganAt = Date.now();
  const minutes = () => (Date.now() - beganAt) / 60_000;
  let done = 0;
  const about = Math.ceil((rounds * expected) / 60);
  console.log(`Node.js ${results.node}, ${total} measurements, about ${about} min → ${out}`);
  for (let round = 1; round <= rounds; round++) {
    for (const { one, names } of plan) {
      const at = (round - 1) % names.length;
      for (const name of [...names.slice(at), ...names.slice(0, at)]) {
        const report = await measureOne(one, name).catch((error) => ({ error: error.message }));
        results.measurements.push({ case: one.name, server: name, round, ...report });
        done++;
        const count = `${String(done).padStart(String(total).length)}/${total}`;
        // A server that failed is a result; it doesn't end the run.
        const words = report.error === undefined ? brief(one, report) : `FAILED: ${report.error}`;
        console.log(`${count} ${minutes().toFixed(1)} min  ${one.name} ${name}: ${words}`);
      }
      mkdirSync(dirname(out), { recursive: true });
      writeFileSync(out, `${JSON.stringify({ ...results, minutes: minutes() }, null, 1)}\n`);
    }
  }
}
