// The generator, in a process of its own: takes one job over IPC, runs it, and answers with a report.
// `{ window }` is sent when the counted time begins and ends, so that the parent can ask what the server
// used in it.

import { ClosedLoop } from './closed-loop.mjs';
import { LongPolls } from './long-polls.mjs';
import { OpenLoop } from './open-loop.mjs';
import { Prober } from './prober.mjs';
import { percentilesOf, reportOf } from './report.mjs';
import { drawArrivals } from './schedule.mjs';
import { readSlowly } from './slow-readers.mjs';
import { uploadAtOnce } from './uploads.mjs';

process.on('disconnect', () => process.exit());
process.once('message', async (job) => {
  const report = await runs[job.kind](job);
  process.send({ report }, () => process.exit());
});

const runs = {
  closed: runClosed,
  open: runOpen,
  readers: (job) => readSlowly(job, tellWindow),
  uploads: (job) => uploadAtOnce(job, tellWindow),
};
const tellWindow = (window) => process.send({ window });

async function runClosed(job) {
  const loop = new ClosedLoop(job);
  await loop.prepare();
  const { latencies, ...counts } = await loop.run(job.warmUpMs, job.ms, tellWindow);
  return { rate: counts.answers / counts.seconds, ...counts, ms: percentilesOf(latencies) };
}

async function runOpen(job) {
  const arrivals = drawArrivals(job.phases, job.mix, job.seed);
  const loop = new OpenLoop(job, arrivals);
  const prober = job.probe === undefined ? undefined : new Prober(job.port, job.probe);
  await loop.prepare();
  const polls = job.polls === undefined ? undefined : new LongPolls(job.port, job.polls);
  polls?.start();
  const window = (name, open) => () => {
    tellWindow(name);
    if (prober !== undefined) prober.counts = open;
  };
  loop.mark(job.warmUpMs, window('open', true));
  loop.mark(arrivals.endsAt, window('close', false));
  for (const { at, name } of job.marks ?? []) loop.mark(at, () => process.send({ mark: name }));
  prober?.start();
  await loop.start();
  const report = reportOf(loop, job, job.warmUpMs, arrivals.endsAt);
  return { ...report, probe: prober?.stop(), polls: polls?.stop() };
}
