// The files of examples/deploy at work: HAProxy and nginx in front of two server processes, which are
// replaced one by one under load. Nothing may be lost, and nothing done twice.

import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Front, Load, type LoadResult, lossesOf } from './load.js';
import { freePorts, has, Replaceable, startHaproxy, startNginx } from './services.js';

const MISSING = ['haproxy', 'nginx'].filter((program) => !has(program));
if (MISSING.length > 0) {
  console.warn(
    `skipped: this machine has no ${MISSING.join(' and no ')} (apt-get install haproxy nginx-light)`,
  );
}

const BESIDE = fileURLToPath(new URL('haproxy-beside.cfg', import.meta.url));
const READINESS_DELAY_MS = 1500;
/** Requests a second, over all fronts. */
const RATE = 200;

interface Run {
  readonly results: ReadonlyMap<string, LoadResult>;
  /** How often each request's handler ran. */
  readonly handled: ReadonlyMap<number, number>;
  readonly fronts: readonly Front[];
}

interface Deployment {
  readonly servers: readonly Replaceable[];
  readonly fronts: readonly Front[];
  readonly handled: Map<number, number>;
  /** Waits until HAProxy has seen both servers. */
  allUp(): Promise<void>;
}

type Program = 'sluice-server.mjs' | 'node-server.mjs';

/** Starts two servers of this program and the proxies, and gives their fronts. */
async function deploy(program: Program): Promise<Deployment> {
  const [a = 0, b = 0, aProxy = 0, bProxy = 0, http = 0, tcp = 0, tcp1 = 0, nginx = 0, stats = 0] =
    await freePorts(9);
  const handled = new Map<number, number>();
  const servers = [
    new Replaceable(program, [a, aProxy, READINESS_DELAY_MS], handled),
    new Replaceable(program, [b, bProxy, READINESS_DELAY_MS], handled),
  ];
  await Promise.all(servers.map((server) => server.start()));
  const at = (port: number): string => `127.0.0.1:${port}`;
  startHaproxy(
    {
      FRONT_HTTP: at(http),
      FRONT_TCP: at(tcp),
      FRONT_TCP_1: at(tcp1),
      FRONT_STATS: at(stats),
      APP_A: at(a),
      APP_B: at(b),
      APP_A_PROXY: at(aProxy),
      APP_B_PROXY: at(bProxy),
    },
    BESIDE,
  );
  startNginx(nginx, [a, b]);
  const fronts: Front[] = [
    { name: 'HAProxy, HTTP', port: http, keepsConnections: true },
    { name: 'nginx', port: nginx, keepsConnections: true },
  ];
  const isSluice = program === 'sluice-server.mjs';
  if (isSluice) {
    // Here a client's connection is the server's own. A server that ends an idle one may cross the next request,
    // and clients have to repeat it (RFC 9112 §9.3.1). This client repeats nothing.
    fronts.push({ name: 'HAProxy, PROXY version 2', port: tcp, keepsConnections: false });
    fronts.push({ name: 'HAProxy, PROXY version 1', port: tcp1, keepsConnections: false });
  }
  const backends = isSluice ? ['app', 'app_proxy', 'app_version_1'] : ['app'];
  const allUp = (): Promise<void> => until(() => areUp(stats, backends));
  await allUp();
  await until(() => answers(nginx));
  return { servers, fronts, handled, allUp };
}

async function replaceUnderLoad(program: Program): Promise<Run> {
  const { servers, fronts, handled, allUp } = await deploy(program);
  const loads = fronts.map((front) => new Load(front, RATE / fronts.length));
  await pause(1000);
  for (const server of servers) {
    await server.replace();
    // As a deploy does: the next goes when the checks have seen the new one.
    await allUp();
    await pause(500);
  }
  const ended = await Promise.all(loads.map((load) => load.end()));
  const results = new Map(ended.map((result, i) => [fronts[i]?.name ?? '', result]));
  return { results, handled, fronts };
}

describe.skipIf(MISSING.length > 0)('two servers that are replaced one by one under load', () => {
  test('of sluice lose nothing, and do nothing twice', async () => {
    const { results, handled, fronts } = await replaceUnderLoad('sluice-server.mjs');
    for (const [name, result] of results) {
      console.log(`sluice behind ${name}: ${result.asked} asked, lost: ${lossesOf(result)}`);
      expect(result.asked).toBeGreaterThan(200);
    }
    const losses = [...results].map(([name, result]) => [name, lossesOf(result)]);
    expect(losses).toEqual(fronts.map(({ name }) => [name, 'none']));
    expect([...handled].filter(([, times]) => times !== 1)).toEqual([]);
    const answered = [...results.values()].flatMap((result) => result.answered);
    expect(answered.filter((id) => handled.get(id) !== 1)).toEqual([]);
  });

  test('of node:http lose requests; how many is shown', async () => {
    const { results, handled } = await replaceUnderLoad('node-server.mjs');
    for (const [name, result] of results) {
      console.log(`node:http behind ${name}: ${result.asked} asked, lost: ${lossesOf(result)}`);
      expect(result.asked).toBeGreaterThan(200);
    }
    const twice = [...handled.values()].filter((times) => times > 1).length;
    console.log(`node:http: ${twice} handled twice`);
  });
});

describe.skipIf(MISSING.length > 0)('what a handler is told behind a proxy', () => {
  test('is the client and what it asked for', async () => {
    const { fronts } = await deploy('sluice-server.mjs');
    for (const { name, port } of fronts) {
      const response = await fetch(`http://127.0.0.1:${port}/x?id=1`, {
        headers: {
          Forwarded: 'for=192.0.2.66;proto=https;host=evil.example',
          'X-Forwarded-For': '192.0.2.66',
          'X-Forwarded-Proto': 'https',
          'X-Forwarded-Host': 'evil.example',
        },
      });
      await response.text();
      const host = name === 'nginx' ? '127.0.0.1' : `127.0.0.1:${port}`;
      // On one machine, client and proxy have the same address. Behind the PROXY protocol that makes the client a
      // trusted proxy, whose own words are believed.
      const isProxied = name.includes('PROXY');
      expect([name, response.headers.get('x-client'), response.headers.get('x-url')]).toEqual([
        name,
        isProxied ? '192.0.2.66' : '127.0.0.1',
        isProxied ? 'https://evil.example/x?id=1' : `http://${host}/x?id=1`,
      ]);
    }
  });
});

/** HAProxy's checks say of all servers of these backends that they are up. */
async function areUp(statsPort: number, backends: readonly string[]): Promise<boolean> {
  try {
    const page = await (await fetch(`http://127.0.0.1:${statsPort}/;csv`)).text();
    const rows = page.split('\n').map((line) => line.split(','));
    const status = rows[0]?.indexOf('status') ?? 0;
    return backends.every((backend) =>
      ['a', 'b'].every((server) =>
        rows.some((row) => row[0] === backend && row[1] === server && row[status] === 'UP'),
      ),
    );
  } catch {
    return false;
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/?id=0`);
    await response.text();
    return response.status === 200;
  } catch {
    return false;
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (await holds()) return;
    await pause(100);
  }
  throw new Error('it did not come up in half a minute');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
