// One parser and one workload in a process of their own: `node subject.mjs <parser> <workload> <ms>`.

import { parsers } from './parsers.mjs';
import { bodyBytes, workloads } from './workloads.mjs';

const [parserName, workloadName, ms] = process.argv.slice(2);
const { reads, heads } = workloads[workloadName];
const { counts, feed } = await parsers[parserName].make();

function turns(count) {
  for (let i = 0; i < count; i++) for (const bytes of reads) feed(bytes);
}

/** CPU time of this process: steadier than the clock where others run, too. */
function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Turns as many as take about so long; how many, and how long it was. */
function during(wantedMs) {
  let count = 1;
  for (;;) {
    const before = cpuMs();
    turns(count);
    const tookMs = cpuMs() - before;
    if (tookMs >= wantedMs * 0.7) return { count, tookMs };
    count = Math.ceil(count * Math.min(100, Math.max(1.5, wantedMs / Math.max(tookMs, 0.01))));
  }
}

turns(1);
const isChunked = workloadName.startsWith('chunks');
if (counts.heads !== heads || counts.bodyBytes !== (isChunked ? bodyBytes : 0)) {
  throw new Error(`${parserName} read ${counts.heads} heads and ${counts.bodyBytes} bytes`);
}
during(Number(ms));
const { count, tookMs } = during(Number(ms));
const bytes = reads.reduce((sum, read) => sum + read.length, 0);
console.log(
  JSON.stringify({
    nsPerHead: (tookMs * 1e6) / (count * heads),
    mbPerSecond: (bytes * count) / (tookMs * 1000),
  }),
);
