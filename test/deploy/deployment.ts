// Proxies in front of two servers, or of one twice: the fronts that a client may ask.

import { fileURLToPath } from 'node:url';
import type { Front } from './load.js';
import { freePorts, startHaproxy, startNginx, until } from './services.js';

const BESIDE = fileURLToPath(new URL('haproxy-beside.cfg', import.meta.url));

/** The ways from a client to a server. */
export const WAYS = {
  app: { name: 'HAProxy, HTTP', keepsConnections: true },
  nginx: { name: 'nginx', keepsConnections: true },
  app_tls: { name: 'HAProxy, TLS to the server', keepsConnections: true },
  nginx_tls: { name: 'nginx, TLS to the server', keepsConnections: true },
  app_agent: { name: 'HAProxy, agent-check', keepsConnections: true },
  // A client's connection is the server's own here. A server that ends an idle one may cross the next request, and
  // clients have to repeat it (RFC 9112 §9.3.1). This client repeats nothing.
  app_proxy: { name: 'HAProxy, PROXY version 2', keepsConnections: false },
  app_version_1: { name: 'HAProxy, PROXY version 1', keepsConnections: false },
} as const satisfies Record<string, Omit<Front, 'port'>>;
export type Way = keyof typeof WAYS;

/** The ports of one server. */
export interface ServerPorts {
  readonly http: number;
  readonly proxy: number;
  readonly tls: number;
  readonly agent: number;
}

export async function serverPorts(): Promise<ServerPorts> {
  const [http = 0, proxy = 0, tls = 0, agent = 0] = await freePorts(4);
  return { http, proxy, tls, agent };
}

export interface Proxies {
  readonly fronts: readonly Front[];
  /** Waits until the proxies have seen the servers. */
  allUp(): Promise<void>;
}

/** Starts the proxies, and waits until both servers are seen on all these ways. */
export async function startProxies(
  a: ServerPorts,
  b: ServerPorts,
  ways: readonly Way[],
): Promise<Proxies> {
  const [http = 0, tcp = 0, tcp1 = 0, toTls = 0, agent = 0, nginx = 0, nginxTls = 0, stats = 0] =
    await freePorts(8);
  const at = (port: number): string => `127.0.0.1:${port}`;
  startHaproxy(
    {
      FRONT_HTTP: at(http),
      FRONT_TCP: at(tcp),
      FRONT_TCP_1: at(tcp1),
      FRONT_TO_TLS: at(toTls),
      FRONT_AGENT: at(agent),
      FRONT_STATS: at(stats),
      APP_A: at(a.http),
      APP_B: at(b.http),
      APP_A_PROXY: at(a.proxy),
      APP_B_PROXY: at(b.proxy),
      APP_A_TLS: at(a.tls),
      APP_B_TLS: at(b.tls),
      AGENT_A: String(a.agent),
      AGENT_B: String(b.agent),
    },
    BESIDE,
  );
  if (ways.includes('nginx')) startNginx('nginx.conf', nginx, [a.http, b.http]);
  if (ways.includes('nginx_tls')) startNginx('nginx-tls.conf', nginxTls, [a.tls, b.tls]);
  const ports: Record<Way, number> = {
    app: http,
    nginx,
    app_tls: toTls,
    nginx_tls: nginxTls,
    app_agent: agent,
    app_proxy: tcp,
    app_version_1: tcp1,
  };
  const fronts = ways.map((way): Front => ({ ...WAYS[way], port: ports[way] }));
  const backends = ways.filter((way) => way.startsWith('app'));
  const allUp = (): Promise<void> => until(() => areUp(stats, backends));
  await allUp();
  for (const { port } of fronts) await until(() => answers(port));
  return { fronts, allUp };
}

/** HAProxy's checks say of all servers of these backends that they are up. */
async function areUp(statsPort: number, backends: readonly string[]): Promise<boolean> {
  try {
    const page = await (await fetch(`http://127.0.0.1:${statsPort}/;csv`)).text();
    const rows = page.split('\n').map((line) => line.split(','));
    const status = rows[0]?.indexOf('status') ?? 0;
    return backends.every((backend) =>
      ['a', 'b'].every((server) =>
        rows.some(
          (row) =>
            row[0] === backend &&
            row[1] === server &&
            /^(UP|no check)$/.test(row[status] as string),
        ),
      ),
    );
  } catch {
    return false;
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/`);
    await response.text();
    return response.status === 200;
  } catch {
    return false;
  }
}
