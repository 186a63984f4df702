// Simulates whole runs, one from each seed: `npm run simulate -- --runs N [--seed S]`. What a run
// is, and what is checked in it, stands in test/simulation. It runs the sources as they stand.

import { register } from 'node:module';
import { parseArgs } from 'node:util';

register('./typescript-hooks.mjs', import.meta.url);

const HELP = `Usage: npm run simulate -- [options]

  --runs N    how many runs (default 1000)
  --seed S    the first one's seed; the others count up from there (default: by the clock)
  --trace     print what happens in each simulated, too
  --all       go on after a failure, and count what failed
  --help`;

const EVERY_NTH_TWICE = 25;

const { simulate } = await import('../test/simulation/run-seed.ts');
const { failureReport } = await import('../test/simulation/failure-report.ts');
const { reachable } = await import('../test/support/reachable-states.ts');

function optionsOf(args) {
  const { values } = parseArgs({
    args,
    options: {
      runs: { type: 'string', default: '1000' },
      seed: { type: 'string', default: String(Date.now() & 0x7fffffff) },
      trace: { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  for (const name of ['runs', 'seed']) {
    if (/^[0-9]+$/.test(values[name])) continue;
    throw new Error(`--${name} takes a whole number; got ${values[name]}`);
  }
  return { ...values, runs: Number(values.runs), seed: Number(values.seed) };
}

class Progress {
  #startedAt = performance.now();
  #shownAt = 0;

  show(text, isLast = false) {
    const now = performance.now();
    // A terminal has one line that changes; a log gets a line now and then.
    if (!isLast && now - this.#shownAt < (process.stderr.isTTY ? 200 : 10_000)) return;
    this.#shownAt = now;
    const seconds = ((now - this.#startedAt) / 1000).toFixed(1);
    const line = `simulate: ${text}, ${seconds} s`;
    process.stderr.write(process.stderr.isTTY ? `\r${line}${isLast ? '\n' : ''}` : `${line}\n`);
  }
}

/** The outcome of a seed; of some seeds twice, which must not differ. */
async function outcomeOf(seed, isTwice) {
  const outcome = await simulate(seed);
  if (!isTwice || outcome.failures.length > 0) return outcome;
  const again = await simulate(seed);
  const [first, second] = [outcome.trace(), again.trace()];
  const at = first.findIndex((line, i) => line !== second[i]);
  if (at < 0 && first.length === second.length) return outcome;
  const failure = `the same seed gave another trace, from line ${at}: ${second[at]}`;
  return { ...outcome, failures: [failure] };
}

async function main() {
  const { runs, seed, trace, all, help } = optionsOf(process.argv.slice(2));
  if (help) {
    console.log(HELP);
    return;
  }
  console.log(`simulate: ${runs} runs from seed ${seed}`);
  const model = new Set(reachable().transitions.map(({ from, event }) => `${from} ${event}`));
  const seen = new Set();
  const progress = new Progress();
  let [requests, events, failed] = [0, 0, 0];
  let done = 0;
  const state = () =>
    `${done} of ${runs} runs, ${requests} requests, ${events} events, ${seen.size} of ${model.size} transitions, ${failed} failed`;
  while (done < runs && (failed === 0 || all)) {
    const outcome = await outcomeOf(seed + done, done % EVERY_NTH_TWICE === 0);
    done++;
    requests += outcome.requestCount;
    events += outcome.eventCount;
    for (const transition of outcome.transitions.keys()) seen.add(transition);
    if (trace) console.log(outcome.trace().join('\n'));
    if (outcome.failures.length > 0) {
      failed++;
      console.log(`\n${failureReport(outcome)}`);
    }
    progress.show(state());
  }
  progress.show(state(), true);
  const strange = [...seen].filter((transition) => !model.has(transition));
  if (strange.length > 0) console.log(`not in the model: ${strange.join(', ')}`);
  if (failed > 0 || strange.length > 0) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  console.error(`simulate: ${error.message}\n\n${HELP}`);
  process.exitCode = 2;
}
