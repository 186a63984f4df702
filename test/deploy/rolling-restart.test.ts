// The files of examples/deploy at work: HAProxy and nginx in front of servers that are replaced under load. Nothing may
// be lost, and nothing done twice. `npm run test:deploy -- --full` asks more, for longer, and in more ways.

import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type ServerPorts, serverPorts, startProxies, type Way } from './deployment.js';
import { type Front, Load, type LoadResult, lossesOf } from './load.js';
import {
  CERT_FILE,
  handledBy,
  has,
  heldSocket,
  KEY_FILE,
  pause,
  Service,
  type ServiceOptions,
} from './services.js';

const MISSING = ['haproxy', 'nginx'].filter((program) => !has(program));
if (MISSING.length > 0) {
  console.warn(
    `skipped: this machine has no ${MISSING.join(' and no ')} (apt-get install haproxy nginx-light)`,
  );
}

const FULL = process.env.SLUICE_DEPLOY === 'full';
/** Requests a second, over all fronts. */
const RATE = FULL ? 500 : 200;
/** How often the servers are replaced. */
const ROUNDS = FULL ? 4 : 1;
const READINESS_DELAY_MS = 1500;

const fileAt = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const SERVER = fileAt('../../examples/deploy/server.js');
const APP = fileAt('../../examples/deploy/app.js');
const COMMAND = fileAt('../../dist/cli/main.js');
const NODE_HTTP = fileAt('node-server.mjs');

interface Run {
  readonly results: ReadonlyMap<string, LoadResult>;
  /** How often each request's handler ran. */
  readonly handled: ReadonlyMap<number, number>;
}

/** Asks all fronts while `change` runs, so often as rounds are. */
async function underLoad(
  fronts: readonly Front[],
  services: readonly Service[],
  change: () => Promise<void>,
): Promise<Run> {
  const loads = fronts.map((front) => new Load(front, RATE / fronts.length));
  await pause(500);
  for (let round = 0; round < ROUNDS; round++) {
    await change();
    await pause(500);
  }
  const ended = await Promise.all(loads.map((load) => load.end()));
  // The last lines are written.
  for (const service of services) await service.stop();
  const results = new Map(ended.map((result, i) => [fronts[i]?.name ?? '', result]));
  return { results, handled: handledBy(services) };
}

function expectNothingLost(what: string, { results, handled }: Run): void {
  show(what, results);
  for (const { asked } of results.values()) expect(asked).toBeGreaterThan(50);
  const losses = [...results].map(([name, result]) => [name, lossesOf(result)]);
  expect(losses).toEqual([...results.keys()].map((name) => [name, 'none']));
  expect([...handled].filter(([, times]) => times !== 1)).toEqual([]);
  const answered = [...results.values()].flatMap((result) => result.answered);
  expect(answered.filter((id) => handled.get(id) !== 1)).toEqual([]);
}

function show(what: string, results: Run['results']): void {
  for (const [name, result] of results)
    console.log(`${what}, ${name}: ${result.asked} asked, lost: ${lossesOf(result)}`);
}

function showTwice({ handled }: Run): void {
  const twice = [...handled.values()].filter((times) => times > 1).length;
  console.log(`node:http: ${twice} handled twice`);
}

/** A server of examples/deploy on all these ports. */
function exampleServer({ http, proxy, tls, agent }: ServerPorts): ServiceOptions {
  return {
    command: [process.execPath, SERVER],
    env: {
      PORT: http,
      PROXY_PORT: proxy,
      TLS_PORT: tls,
      TLS_KEY: KEY_FILE,
      TLS_CERT: CERT_FILE,
      AGENT_PORT: agent,
      READINESS_DELAY_MS,
    },
  };
}

describe.skipIf(MISSING.length > 0)('two servers that are replaced one by one under load', () => {
  async function replaced(
    ways: readonly Way[],
    optionsOf: (ports: ServerPorts) => ServiceOptions,
  ): Promise<Run> {
    const [a, b] = await Promise.all([serverPorts(), serverPorts()]);
    const services = [new Service(optionsOf(a)), new Service(optionsOf(b))];
    await Promise.all(services.map((service) => service.start()));
    const { fronts, allUp } = await startProxies(a, b, ways);
    return underLoad(fronts, services, async () => {
      for (const service of services) {
        await service.replace();
        // As a deploy does: the next goes when the checks have seen the new one.
        await allUp();
        await pause(500);
      }
    });
  }

  test('of sluice lose nothing, and do nothing twice', async () => {
    const ways: readonly Way[] = [
      'app',
      'nginx',
      'app_tls',
      'nginx_tls',
      'app_agent',
      'app_proxy',
      'app_version_1',
    ];
    expectNothingLost('two servers', await replaced(ways, exampleServer));
  });

  test('of node:http lose requests; how many is shown', async () => {
    const run = await replaced(['app', 'nginx'], ({ http }) => ({
      command: [process.execPath, NODE_HTTP],
      env: { PORT: http },
    }));
    show('node:http', run.results);
    showTwice(run);
  });
});

describe.skipIf(MISSING.length > 0)('one service that goes on under load', () => {
  const direct = (port: number, encrypted = false): Front => ({
    name: encrypted ? 'no proxy, TLS' : 'no proxy',
    port,
    keepsConnections: true,
    encrypted,
  });

  test.each(FULL ? [false, true] : [false])(
    'while the workers of a command line are replaced by SIGHUP (TLS: %s)',
    async (encrypted) => {
      const ports = await serverPorts();
      const port = encrypted ? ports.tls : ports.http;
      const tls = encrypted ? ['--tls-key', KEY_FILE, '--tls-cert', CERT_FILE] : [];
      const service = new Service({
        command: [process.execPath, COMMAND, '--workers', '2', '--port', `${port}`, ...tls, APP],
      });
      await service.start();
      const ways: readonly Way[] = encrypted ? ['app_tls', 'nginx_tls'] : ['app', 'nginx'];
      const { fronts } = await startProxies(ports, ports, ways);
      const run = await underLoad([...fronts, direct(port, encrypted)], [service], () =>
        service.reload('all workers are replaced'),
      );
      expectNothingLost('workers', run);
    },
  );

  /** A process takes over from another on a socket that neither of them closes: the next one is ready before the last ends. */
  async function handedOver(program: string): Promise<Run> {
    const { port, fd } = heldSocket();
    const ports = { ...(await serverPorts()), http: port };
    const next = (): Service =>
      new Service({
        command: [process.execPath, program],
        env: { READINESS_DELAY_MS: 0 },
        fd,
      });
    const services = [next()];
    await services[0]?.start();
    const { fronts } = await startProxies(ports, ports, ['app', 'nginx']);
    const over: Service[] = [];
    const run = await underLoad([...fronts, direct(port)], services, async () => {
      const last = services.pop() as Service;
      services.push(next());
      await services[0]?.start();
      await last.stop();
      over.push(last);
    });
    return { ...run, handled: handledBy([...over, ...services]) };
  }

  test('while the next one takes over its socket', async () => {
    expectNothingLost('one service', await handedOver(SERVER));
  });

  test('of node:http, and what it loses meanwhile', async () => {
    const run = await handedOver(NODE_HTTP);
    show('node:http', run.results);
    showTwice(run);
  });
});

describe.skipIf(MISSING.length > 0)('what a handler is told behind a proxy', () => {
  async function frontsOfOneServer(): Promise<readonly Front[]> {
    const ports = await serverPorts();
    await new Service(exampleServer(ports)).start();
    const ways: readonly Way[] = ['app', 'nginx', 'app_tls', 'nginx_tls', 'app_proxy'];
    return (await startProxies(ports, ports, ways)).fronts;
  }

  test('is the same for a client of HTTP/1.0 without Host', async () => {
    for (const { name, port } of await frontsOfOneServer()) {
      const socket = connect({ port, host: '127.0.0.1' });
      // Proxies close it behind their answer, as HTTP/1.0 has it. nginx takes a FIN for a client that has left.
      socket.write('GET /old HTTP/1.0\r\nTE: trailers\r\n\r\n');
      let came = '';
      for await (const piece of socket.setEncoding('latin1')) came += piece;
      expect([name, came.slice(8, 13), came.includes('/old"')]).toEqual([name, ' 200 ', true]);
    }
  });

  test('is the client and what it asked for', async () => {
    for (const { name, port } of await frontsOfOneServer()) {
      const response = await fetch(`http://127.0.0.1:${port}/x?id=1`, {
        headers: {
          Forwarded: 'for=192.0.2.66;proto=https;host=evil.example',
          'X-Forwarded-For': '192.0.2.66',
          'X-Forwarded-Proto': 'https',
          'X-Forwarded-Host': 'evil.example',
        },
      });
      const { url, client } = (await response.json()) as Record<string, string>;
      const host = name.startsWith('nginx') ? '127.0.0.1' : `127.0.0.1:${port}`;
      // On one machine, client and proxy have the same address. Behind the PROXY protocol that makes the client a
      // trusted proxy, whose own words are believed.
      const isProxied = name.includes('PROXY');
      expect([name, client, url]).toEqual([
        name,
        isProxied ? '192.0.2.66' : '127.0.0.1',
        isProxied ? 'https://evil.example/x?id=1' : `http://${host}/x?id=1`,
      ]);
    }
  });
});
