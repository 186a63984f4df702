// One measurement: a new server on one core, what asks it on the other, and what the server used.

import { rssBytesOf } from '../lib/processes.mjs';
import { checkAnswers } from './load/check.mjs';
import { measureIdle } from './load/idle.mjs';
import { measureStart } from './load/start.mjs';
import { drive } from './load/wrk.mjs';
import { busyMsOf, cpuMsOf, lineOf, start, stop } from './process.mjs';
import { servers } from './servers/index.mjs';

export const serverCore = 0;
export const clientCore = 1;

/**
 * @param one - the case
 * @param bench - `{ node, pace, root, app, files }`: the Node to run, how long, the folder of static files,
 * the one with the package, and where each case's requests are
 */
export function measure(one, name, bench) {
  if (one.kind === 'start') {
    const starts = one.starts[bench.pace.name];
    return measureStart(bench.app, name, { node: bench.node, starts, core: serverCore });
  }
  return withServer(one, name, bench, (child, port) =>
    one.kind === 'idle'
      ? measureIdle(child, port, one.connections[bench.pace.name])
      : measureLoad(one, child, port, bench),
  );
}

async function withServer(one, name, { node, root }, use) {
  const { command, env } = servers[name];
  const flags = one.kind === 'idle' ? ['--expose-gc'] : [];
  const options = {
    handler: one.handler,
    root,
    raw: rawOptions(one),
    settings: one.settings,
    encrypted: one.encrypted,
  };
  const child = start([...command({ node, flags }), JSON.stringify(options)], {
    core: serverCore,
    env: { ...env, ...one.env },
  });
  try {
    return await use(child, await lineOf(child, 'port'));
  } finally {
    await stop(child);
  }
}

/** What the server that doesn't read has to be told. */
function rawOptions({ requests: [first] = [Buffer.alloc(0)], depth = 1, raw }) {
  return { requestBytes: first.length / depth || undefined, depth, ...raw };
}

async function measureLoad(one, child, port, { pace, files }) {
  await checkAnswers(port, one);
  const { connections, encrypted } = one;
  const load = { port, connections, encrypted, files: files.get(one.name), core: clientCore };
  await drive({ ...load, seconds: pace.warmUpSeconds });
  const busyBefore = busyMsOf(serverCore);
  const before = cpuMsOf(child.pid);
  const measured = await drive({ ...load, seconds: Math.max(pace.seconds, one.secondsMin ?? 0) });
  const cpuMs = cpuMsOf(child.pid) - before;
  const othersMs = busyMsOf(serverCore) - busyBefore - cpuMs;
  checkMeasured(one, measured);
  // What was refused has cost, too, but nobody has been served.
  const served = measured.requests - measured.errors.status;
  return {
    connections: one.connections,
    ...measured,
    rate: served / measured.seconds,
    cpuMs,
    cpuUs: (1000 * cpuMs) / served,
    busy: cpuMs / 1000 / measured.seconds,
    // What else used the server's core: then its caches were shared, too.
    othersShare: Math.max(0, othersMs / 1000 / measured.seconds),
    rssBytes: rssBytesOf(child.pid),
  };
}

/** More answers than this with another status, and the measurement is no measurement. */
const wrongShareMax = 0.01;

/** Answers under load are counted, and weighed: they are 2xx, and as long as they have to be. */
function checkMeasured({ answers }, { requests, bytes, errors }) {
  if (requests === 0) throw new Error('nothing was answered');
  const { status, connect, timeout } = errors;
  if (status > requests * wrongShareMax) {
    throw new Error(`${status} of ${requests} answers had another status than 2xx`);
  }
  if (connect + timeout > 0) throw new Error(`errors: ${JSON.stringify(errors)}`);
  const least = Math.min(...answers.map(({ body }) => body.length));
  if (bytes < requests * least) throw new Error('the answers were too short');
}
