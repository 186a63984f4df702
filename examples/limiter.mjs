// The limiter alone, in front of a database that runs four queries at once:
// node examples/limiter.mjs
//
// Tenant a asks for 18 reports at once, then tenant b asks for 2. Four reports run, and eight
// may wait. The others are refused at once. The refused calls are those of the tenant with the most
// calls. (In one of 128 runs, both keys share a bucket. Then the calls of b count as calls of a.)

import { createLimiter, Refused } from 'sluice/limiter';

const limiter = createLimiter({
  concurrency: 4,
  queue: { law: 'timed', waitMs: 10_000, entriesMax: 8 },
});

const report = () => new Promise((resolve) => setTimeout(resolve, 50));

const tenants = { a: { asked: 18, served: 0, refused: 0 }, b: { asked: 2, served: 0, refused: 0 } };

async function ask(key) {
  try {
    await limiter.run(report, { key });
    tenants[key].served++;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tenants[key].refused++;
  }
}

const calls = Object.entries(tenants).flatMap(([key, { asked }]) =>
  Array.from({ length: asked }, () => ask(key)),
);
console.log(`${limiter.stats().inFlight} run, ${limiter.stats().queued} wait`);
await Promise.all(calls);

for (const [key, { asked, served, refused }] of Object.entries(tenants)) {
  console.log(`tenant ${key}: asked ${asked}, served ${served}, refused ${refused}`);
}
const { queueFull, displaced } = limiter.stats().refusedBy;
console.log(`refused on arrival ${queueFull}, to make room for another tenant ${displaced}`);
