// One measurement: a server and a generator, each a new process on a core of its own.

import { fileURLToPath } from 'node:url';
import { cpuMsOf, messageOf, rssBytesOf, startPinned, stop } from '../lib/processes.mjs';

const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));
const serverCore = 0;
const clientCore = 1;
/** A run is void if the generator was later than this. */
export const lateMsMax = 15;
/** A server that takes more is stopped: the machine is needed for the rest. */
const rssBytesMax = 4e9;
/** How often a void run is tried again. */
const attemptsMax = 3;

/**
 * @param server - `{ module, options }`
 * @param job - for the generator, without the port; `onMark(name, server)` is called at its marks
 * @returns the generator's report with `cpuMs` of the server in the counted time, `rssBytes`, and
 * `stats` where the server has any; `isVoid` if the generator was late each time
 */
export async function measure(server, job, options) {
  let report;
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    report = await measureOnce(
      server,
      { ...job, seed: (job.seed ?? 1) + 1000 * (attempt - 1) },
      options,
    );
    report.isVoid = report.lateP99Ms > lateMsMax;
    if (!report.isVoid) return report;
    options.onVoid?.(report);
  }
  return report;
}

async function measureOnce(
  server,
  { onMark, parks, watchesStats, ...job },
  { execPath, stepsPerMs },
) {
  const given = JSON.stringify({ ...server.options, stepsPerMs });
  const child = startPinned(pathOf('servers/main.mjs'), [server.module, given], {
    core: serverCore,
    execPath,
  });
  const client = startPinned(pathOf('client/main.mjs'), [], { core: clientCore });
  try {
    const port = await messageOf(child, 'port');
    if (parks) await park(port);
    const cpuMs = { open: 0, close: 0 };
    let peakRssBytes = 0;
    let peakHeldBytes;
    child.on('message', ({ stats }) => {
      if (stats?.bytes !== undefined) peakHeldBytes = Math.max(peakHeldBytes ?? 0, stats.bytes);
    });
    client.on('message', ({ window, mark }) => {
      if (window !== undefined) cpuMs[window] = cpuMsOf(child.pid);
      if (mark !== undefined) onMark(mark, child);
    });
    const watch = setInterval(() => {
      if (child.exitCode !== null) return;
      peakRssBytes = Math.max(peakRssBytes, rssBytesOf(child.pid));
      if (peakRssBytes > rssBytesMax) child.kill('SIGKILL');
      if (watchesStats) child.send({ stats: true });
    }, 100);
    const reported = messageOf(client, 'report', 120_000);
    client.send({ ...job, port });
    const report = await reported.finally(() => clearInterval(watch));
    return {
      ...report,
      cpuMs: cpuMs.close - cpuMs.open,
      rssBytes: peakRssBytes,
      heldBytes: peakHeldBytes,
      stats: await statsOf(child),
    };
  } finally {
    await Promise.all([stop(child), stop(client)]);
  }
}

/** A server that is dead under overload doesn't answer this, either. */
async function statsOf(child) {
  if (child.exitCode !== null || child.signalCode !== null) return undefined;
  child.send({ stats: true });
  try {
    return await messageOf(child, 'stats', 2000);
  } catch {
    return undefined;
  }
}

/** Holds a slot with a request that is never answered. */
async function park(port) {
  const { connect } = await import('node:net');
  const socket = connect(port, '127.0.0.1');
  socket.unref();
  socket.on('error', () => {});
  await new Promise((resolve) => {
    socket.write('GET /park HTTP/1.1\r\nHost: bench\r\n\r\n', resolve);
  });
}

/** Steps of computing that take a millisecond on the server's core. */
export async function calibrated(execPath) {
  const child = startPinned(pathOf('calibrate.mjs'), [], { core: serverCore, execPath });
  try {
    return await messageOf(child, 'stepsPerMs');
  } finally {
    await stop(child);
  }
}
