// `npm run bench:parts -- [--only groups] [--quick] [--node path] [--rounds n] [--out file]`
//
// The CPU time of a request through a server in memory, with and without each thing that watches it, and for each
// kind of answer.

import { fileURLToPath } from 'node:url';
import { chosenNames, chosenNode, givenArguments, wholeNumber } from '../lib/arguments.mjs';
import { factsOf, outPath, resultOf, runRounds } from '../speed/session.mjs';
import { parts } from './parts.mjs';

const given = givenArguments();
const requests = given.quick ? 16_000 : 80_000;
const rounds = wholeNumber('rounds', given.rounds, given.quick ? 1 : 7);
const only = chosenNames(given.only, Object.keys(parts), 'groups');
const node = chosenNode(given.node);
const facts = factsOf(node, 'bench:parts');
const partsOf = ({ what: _what, ...others }) => others;
const servers = Object.fromEntries(
  only.flatMap((group) =>
    Object.entries(partsOf(parts[group])).map(([name, { what }]) => [
      `${group}/${name}`,
      { label: what },
    ]),
  ),
);
const results = { ...facts, pace: { rounds, requests }, servers, measurements: [] };
const subject = fileURLToPath(new URL('subject.mjs', import.meta.url));
const out = outPath(given.out, 'speed-parts', { node: facts.node, quick: given.quick });
await runRounds({
  plan: only.map((group) => ({ one: { name: group }, names: Object.keys(partsOf(parts[group])) })),
  rounds,
  results,
  out,
  measureOne: async ({ name }, part) => {
    const { cpuUs } = await resultOf(node, [subject, name, part, String(requests)]);
    return { cpuUs };
  },
  brief: (_one, { cpuUs }) => `${cpuUs.toFixed(2)} µs a request`,
  seconds: () => requests / 60_000,
});
console.log(`\n${out}`);
