// A scenario from a seed.

import { Random } from '../../src/testing/index.js';
import { drawScript } from './client-script.js';
import {
  drawConcurrency,
  drawLimits,
  drawLink,
  drawQueue,
  drawSwarm,
  type FaultMix,
} from './fault-mix.js';
import { drawMessage, type Message } from './planned-request.js';
import type { Scenario, Visit } from './simulated-run.js';
import { upgrading } from './tunnel-plan.js';

/** Far from the seeds of the rest. */
const TUNNEL_SEEDS = 0x40000000;

export function drawScenario(seed: number): Scenario {
  const random = new Random(seed);
  const swarm = drawSwarm(random);
  const visits: Visit[] = [];
  // By a count of its own: what is drawn without tunnels stays as it was.
  const tunnels = new Random(seed + TUNNEL_SEEDS);
  const upgradeChance = tunnels.pick([0, 0, 0.15, 0.6]);
  const upgrades = (message: Message): Message =>
    tunnels.chance(upgradeChance) ? upgrading(message, tunnels) : message;
  const count = swarm.has('crowd') ? random.integer(2, 8) : random.integer(1, 4);
  for (let i = 1; i <= count; i++) visits.push(drawVisit(random, swarm, i, upgrades));
  return {
    seed,
    options: drawOptions(random, swarm),
    visits,
    drain: swarm.has('drain')
      ? {
          atMs: random.integer(0, random.pick([10, 100, 700])),
          graceMs: swarm.has('shortGrace') ? random.pick([0, 20, 200]) : 20_000,
          delayMs: random.pick([0, 0, 50]),
          again: random.chance(0.3)
            ? { afterMs: random.pick([0, 1, 30, 400]), graceMs: random.pick([0, 0, 20, 500]) }
            : undefined,
        }
      : undefined,
    stops: swarm.has('stops')
      ? Array.from({ length: random.integer(1, 3) }, () => ({
          atMs: random.integer(0, random.pick([100, 1000])),
          ms: random.pick([60, 300, 2000, 20_000]),
        }))
      : [],
  };
}

function drawVisit(
  random: Random,
  swarm: FaultMix,
  number: number,
  upgrades: (message: Message) => Message,
): Visit {
  const messages: Message[] = [];
  const count = random.pick([0, 1, 1, 2, 3, 4, 6]);
  for (let i = 1; i <= count; i++)
    messages.push(upgrades(drawMessage(random, swarm, `${number}.${i}`)));
  let bytes = 0;
  for (const { bytes: sent, plan } of messages) {
    bytes += sent.length + (plan.reply === 'stream' ? 0 : plan.size) + 200;
    for (const piece of plan.stream?.pieceBytes ?? []) bytes += piece;
    if (plan.tunnel !== undefined) bytes += plan.tunnel.writeBytes * plan.tunnel.acts.length;
  }
  return { script: drawScript(random, swarm, messages), link: drawLink(random, swarm, bytes) };
}

function drawOptions(random: Random, swarm: FaultMix): Scenario['options'] {
  const priorities = ['probe', 'critical', 'default', 'sheddable'] as const;
  return {
    limits: drawLimits(random, swarm),
    concurrency: drawConcurrency(random, swarm),
    queue: drawQueue(random, swarm),
    ...(swarm.has('probes') ? { health: { live: '/live', ready: '/ready' } } : {}),
    ...(swarm.has('priorities')
      ? {
          priority: ({ target }) => priorities[target.length % 4] ?? 'default',
          clientKey: ({ remoteAddress }) => remoteAddress,
        }
      : {}),
    ...(swarm.has('deadlines')
      ? { deadline: ({ target }) => (target.length % 3) * 20 || undefined }
      : {}),
  };
}
