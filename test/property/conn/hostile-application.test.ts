// Whatever an application does, and wherever its clients break off: the server serves the next one, gives
// everything back, closes, and lets nothing out into the process.

import { expect, test } from 'vitest';
import { createServerIn, type Server } from '../../../src/server.js';
import { Random, RecordingSink, SimulatedNetwork } from '../../../src/testing/index.js';
import { CountingEnvironment } from '../../simulation/counting-environment.js';
import { Escapes } from '../../support/escapes.js';
import type { HostileWorld } from '../../support/hostile/acts.js';
import { hostileApplication, PLAIN_TARGET } from '../../support/hostile/application.js';
import { hostileVisit } from '../../support/hostile/visit.js';

const RUNS = Number(process.env.SLUICE_RUNS ?? 400);
const SEED = Number(process.env.SLUICE_SEED);

/** Longer than any clock of such a server runs. */
const QUIET_MS = 30_000;

class World {
  readonly random: Random;
  readonly network: SimulatedNetwork;
  readonly environment: CountingEnvironment;
  readonly server: Server;
  readonly escapes: Escapes = new Escapes();
  readonly notes: string[] = [];
  readonly #releases: (() => void)[] = [];

  constructor(seed: number) {
    this.random = new Random(seed);
    this.network = new SimulatedNetwork({ seed });
    this.environment = new CountingEnvironment(this.network.environment());
    const { clock } = this.network;
    const hostile: HostileWorld = {
      random: this.random.fork(),
      sleep: (ms) =>
        new Promise((resolve) => {
          clock.after(ms, resolve);
        }),
      never: () =>
        new Promise((resolve) => {
          this.#releases.push(() => resolve(undefined));
        }),
      note: (what) => void this.notes.push(what),
    };
    this.server = createServerIn(this.environment, {
      ...hostileApplication(hostile),
      limits: {
        ...{ keepAliveMs: 200, headMs: 300, bodyIdleMs: 200, writeStallMs: 500, peerEndedMs: 60 },
        ...{ lingerMs: 50, lingerMsMax: 100, bodyBytesMax: 2000 },
      },
      concurrency: {
        algorithm: 'fixed',
        initial: this.random.pick([1, 8]),
        hold: this.random.pick(['handler', 'body']),
      },
      queue: { law: 'timed', entriesMax: 10, waitMs: 200 },
      trace: { connections: 2 },
    });
    this.network.listen((transport, now) => this.server.accept(transport, now));
  }

  async run(): Promise<void> {
    const { clock } = this.network;
    for (let left = this.random.integer(1, 5); left > 0; left--) {
      const { steps, link } = hostileVisit(this.random);
      clock.at(this.random.integer(0, 50), () => {
        const client = this.network.connect(() => new RecordingSink(), link);
        let at = clock.now;
        for (const { afterMs, bytes, end } of steps) {
          at += afterMs;
          clock.at(at, () => {
            if (bytes !== undefined) client.write(bytes);
            if (end === 'end') client.end();
            else if (end !== undefined) client[end]();
          });
        }
        // Nobody stays for ever.
        clock.at(at + 3000, () => client.reset());
      });
    }
    await clock.runAsync({ until: QUIET_MS });
    for (const release of this.#releases.splice(0)) release();
    await clock.runAsync({ until: 2 * QUIET_MS });
    // What was drawn meanwhile may wait in its turn.
    for (const release of this.#releases.splice(0)) release();
    await clock.runAsync({ until: 3 * QUIET_MS });
  }

  async plain(): Promise<string> {
    const heard = new RecordingSink();
    const client = this.network.connect(() => heard);
    client.write(`GET ${PLAIN_TARGET} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    await this.network.clock.runAsync({ until: this.network.clock.now + 1000 });
    client.destroy();
    return heard.text;
  }
}

async function complaints(seed: number): Promise<readonly string[]> {
  const world = new World(seed);
  world.escapes.listen();
  try {
    await world.run();
    const found: string[] = [];
    const { connections, inFlight, queued, bytes } = world.server.stats();
    const open = Object.values(connections).reduce((sum, count) => sum + count, 0);
    if (open + inFlight + queued + bytes > 0)
      found.push(`${open} open, ${inFlight} in flight, ${queued} queued, ${bytes} bytes held`);
    const plain = await world.plain();
    if (!plain.endsWith('\r\n\r\nplain')) found.push(`a plain request was answered: ${plain}`);
    let isClosed = false;
    void world.server.close({ graceMs: 1000 }).then(() => {
      isClosed = true;
    });
    await world.network.clock.runAsync({ until: world.network.clock.now + 2000 });
    if (!isClosed) found.push('close() never settled');
    const { timersArmed, turnsArmed, holds } = world.environment;
    if (timersArmed + turnsArmed + holds > 0)
      found.push(`${timersArmed} timers, ${turnsArmed} turns, ${holds} holds are left`);
    for (const error of world.escapes.errors) found.push(`escaped: ${described(error)}`);
    if (found.length > 0) found.push(world.notes.join(', '));
    return found;
  } catch (error) {
    return [described(error), world.notes.slice(-60).join(', ')];
  } finally {
    world.escapes.stop();
  }
}

function described(error: unknown): string {
  try {
    return error instanceof Error ? `${error.stack}` : String(error);
  } catch {
    return 'what can’t be shown';
  }
}

test(`no hostile application of ${RUNS}, from the seeds ${SEED} and following, gets past the bracket`, async () => {
  for (let seed = SEED; seed < SEED + RUNS; seed++) {
    const found = await complaints(seed);
    if (found.length > 0) expect.fail(`seed ${seed}: ${found.join('\n')}`);
  }
}, 120_000);
