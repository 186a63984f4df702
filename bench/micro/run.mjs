// `npm run bench:micro -- [--only workloads] [--quick] [--node path] [--rounds n] [--out file]`
//
// The parser alone, in a process without sockets, beside llhttp as Node binds it.

import { fileURLToPath } from 'node:url';
import { chosenNames, chosenNode, givenArguments, wholeNumber } from '../lib/arguments.mjs';
import { installed } from '../lib/install.mjs';
import { factsOf, outPath, resultOf, runRounds } from '../speed/session.mjs';
import { parsers } from './parsers.mjs';
import { workloads } from './workloads.mjs';

const given = givenArguments();
const ms = given.quick ? 100 : 400;
const rounds = wholeNumber('rounds', given.rounds, given.quick ? 1 : 5);
const only = chosenNames(given.only, Object.keys(workloads), 'workloads');
installed({ runtimes: true });
const node = chosenNode(given.node);
const facts = factsOf(node, 'bench:micro');
const results = {
  ...facts,
  pace: { rounds, ms },
  servers: Object.fromEntries(
    Object.entries(parsers).map(([name, { what }]) => [name, { label: what }]),
  ),
  measurements: [],
};
const subject = fileURLToPath(new URL('subject.mjs', import.meta.url));
const out = outPath(given.out, 'speed-micro', { node: facts.node, quick: given.quick });
await runRounds({
  plan: only.map((name) => ({ one: { name }, names: Object.keys(parsers) })),
  rounds,
  results,
  out,
  measureOne: ({ name }, parser) =>
    resultOf(node, ['--no-deprecation', subject, parser, name, String(ms)]),
  brief: (_one, { nsPerHead, mbPerSecond }) =>
    `${nsPerHead.toFixed(0)} ns a message, ${mbPerSecond.toFixed(0)} MB/s`,
  seconds: () => (2.5 * ms) / 1000 + 0.1,
});
console.log(`\n${out}`);
