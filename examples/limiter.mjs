// The limiter alone, before a database that does four things at once:
// node examples/limiter.mjs
//
// Tenant a asks for 18 reports at a stroke; then tenant b, for 2. Four run and eight may
// wait. What is too much is refused at once, and taken from the tenant who asked for most. (Once in
// 128 runs the two keys share a bucket, and b's calls count as a's.)

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
