// What HAProxy and nginx pass on, and what sluice makes of it: the vectors of other projects, played straight to sluice
// and through the proxies of examples/deploy. A message that sluice takes must be the one that the proxy has read.
// `npm run test:proxies` plays them. The vectors live outside of the repository, in `../shared/conformance` beside it.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createServer, reply } from '../../src/index.js';
import { onTestEnd } from '../support/test-server.js';
import { serverPorts, startProxies } from './deployment.js';
import { has, pause } from './services.js';

const VECTORS = fileURLToPath(new URL('../../../shared/conformance/vectors', import.meta.url));
const MISSING = [
  ...['haproxy', 'nginx'].filter((program) => !has(program)),
  ...(existsSync(VECTORS) ? [] : [VECTORS]),
];
if (MISSING.length > 0) console.warn(`skipped: this machine has no ${MISSING.join(' and no ')}`);

/** So many play at once, each in front of a server of its own. */
const LANES = 4;
/** Nobody is asked longer. */
const SILENCE_MS = 120;
const ANSWER_MS = 700;

interface Vector {
  readonly id: string;
  readonly text: string;
}

/** A request whose handler ran. */
interface Seen {
  readonly method: string;
  readonly target: string;
  /** Undefined where it did not come to its end. */
  readonly body: string | undefined;
}

interface Reading {
  readonly seen: readonly Seen[];
  /** The codes of what sluice refused. */
  readonly faults: readonly string[];
}

/** A server that notes what it reads. */
class Witness {
  #seen: { method: string; target: string; body: string | undefined }[] = [];
  #faults: string[] = [];

  async listen(port?: number): Promise<number> {
    const server = createServer({
      trustedProxies: ['loopback'],
      health: { live: '/livez', ready: '/readyz' },
      fetch: async (request, { target }) => {
        const seen = { method: request.method, target: originForm(target), body: undefined };
        this.#seen.push(seen);
        const bytes = await request.arrayBuffer();
        Object.assign(seen, { body: Buffer.from(bytes).toString('latin1') });
        return reply('seen');
      },
      // Content that breaks off is told to onFault.
      onError: () => undefined,
      onFault: ({ code }) => void this.#faults.push(code),
    });
    onTestEnd(async () => void (await server.close({ graceMs: 0 })));
    return (await server.listen({ port: port ?? 0 })).port;
  }

  /** What it has read since it was asked last. */
  take(): Reading {
    const reading = { seen: this.#seen, faults: this.#faults };
    this.#seen = [];
    this.#faults = [];
    return reading;
  }
}

/** Proxies may ask in origin-form what came in absolute-form (RFC 9112 §3.2.1). */
function originForm(target: string): string {
  const rest = /^https?:\/\/[^/?]*(.*)$/i.exec(target)?.[1];
  if (rest === undefined) return target;
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** A run of one text is written as `{ r: [text, times] }`. */
function textOf(given: unknown): string {
  if (typeof given === 'string') return given;
  if (Array.isArray(given)) return given.map(textOf).join('');
  const { r, seg, data } = given as { r?: [string, number]; seg?: unknown; data?: unknown };
  if (r !== undefined) return r[0].repeat(r[1]);
  return textOf(seg ?? data ?? '');
}

function allVectors(): Vector[] {
  return readdirSync(VECTORS).flatMap((name) => {
    const vectors = JSON.parse(readFileSync(join(VECTORS, name), 'utf8')) as {
      readonly id: string;
      readonly request?: unknown;
      readonly parts?: readonly unknown[];
    }[];
    return vectors
      .filter(({ request, parts }) => request !== undefined || parts !== undefined)
      .map(({ id, request, parts }) => ({ id, text: textOf(request ?? parts) }))
      .flatMap((vector) => [vector, ...withHost(vector)]);
  });
}

/** Vectors for a parser alone leave Host out. They are played once more with it: else sluice refuses them for that. */
function withHost({ id, text }: Vector): Vector[] {
  const line = /^(?:\r?\n)*\S+ \S+ HTTP\/1\.1\r\n/.exec(text)?.[0];
  const head = text.slice(0, text.indexOf('\r\n\r\n') + 2 || undefined);
  if (line === undefined || /\nhost[ \t]*:/i.test(head)) return [];
  return [{ id: `${id} with Host`, text: `${line}Host: a\r\n${text.slice(line.length)}` }];
}

/** Sends it all, and leaves when nothing more comes. Gives what came. */
function send(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let came = '';
    let timer = setTimeout(over, ANSWER_MS);
    function over(): void {
      clearTimeout(timer);
      socket.destroy();
      resolve(came);
    }
    socket.on('connect', () => socket.write(Buffer.from(text, 'latin1')));
    socket.setEncoding('latin1').on('data', (piece) => {
      came += piece;
      clearTimeout(timer);
      timer = setTimeout(over, SILENCE_MS);
    });
    socket.on('error', over).on('end', over);
  });
}

/** `seen` says of messages that they are those of `of`, or the first of them, up to one that broke off. */
function isBeginning(seen: readonly Seen[], of: readonly Seen[]): boolean {
  return seen.every(({ method, target, body }, i) => {
    const other = of[i];
    if (other === undefined || method !== other.method || target !== other.target) return false;
    return body === other.body || body === undefined || other.body === undefined;
  });
}

test.skipIf(MISSING.length > 0)(
  'a message that sluice takes is the one that the proxy has read',
  {
    timeout: 1_200_000,
  },
  async () => {
    const vectors = allVectors();
    const differ: string[] = [];
    const mended: string[] = [];
    const refused = new Map<string, Map<string, string[]>>();
    const counts: Record<string, Record<string, number>> = {};

    async function lane(number: number): Promise<void> {
      const straight = new Witness();
      const straightPort = await straight.listen();
      const behind = new Witness();
      const ports = await serverPorts();
      await behind.listen(ports.http);
      const { fronts } = await startProxies(ports, ports, ['app', 'nginx']);
      behind.take();
      for (let i = number; i < vectors.length; i += LANES) {
        const { id, text } = vectors[i] as Vector;
        await send(straightPort, text);
        const own = straight.take();
        for (const { name, port } of fronts) {
          const came = await send(port, text);
          await pause(20);
          const { seen, faults } = behind.take();
          const count = (what: string): void => {
            counts[name] ??= {};
            counts[name][what] = (counts[name][what] ?? 0) + 1;
          };
          count('played');
          if (seen.length > 0) count('passed on');
          for (const fault of faults) {
            const by = refused.get(name) ?? new Map<string, string[]>();
            refused.set(name, by.set(fault, [...(by.get(fault) ?? []), id]));
          }
          // Who takes two requests where the proxy has sent one, has been smuggled one.
          const heads = came.match(/HTTP\/1\.[01] [2-5]\d\d/g)?.length ?? 0;
          // To HTTP/0.9, nginx gives the content alone.
          const answered = heads === 0 && came === 'seen' ? 1 : heads;
          if (seen.filter(({ body }) => body !== undefined).length > answered)
            differ.push(`${id}, ${name}: ${JSON.stringify(seen)}, and ${answered} responses`);
          if (own.faults.length > 0 && seen.length > own.seen.length) mended.push(`${id}, ${name}`);
          else if (!isBeginning(seen, own.seen))
            differ.push(
              `${id}, ${name}: ${JSON.stringify(seen)} in place of ${JSON.stringify(own.seen)}`,
            );
        }
      }
    }

    await Promise.all(Array.from({ length: LANES }, (_, number) => lane(number)));
    console.log(counts);
    console.log(`what a proxy mends, and sluice refuses by itself: ${mended.join('; ')}`);
    for (const [name, by] of refused)
      for (const [fault, ids] of by) console.log(`${name} passes on, ${fault}: ${ids.join(', ')}`);
    expect(differ).toEqual([]);
  },
);
