// What is said of a world: what its kind is about.

import { patienceMs } from './world/clients.mjs';

/** @param baseline - 200s of first in, first out, of a closed loop */
export function figuresOf(world, run, baseline) {
  const look = new Look(world, run);
  switch (world.kind) {
    case 'open':
      return {
        'first second': look.goodput(0, 1),
        'from then on': look.goodput(world.settledFrom ?? 1, world.seconds),
        'p99 ms': look.p99(Math.max(2, world.settledFrom ?? 2)),
        refused: look.refused('short', 1),
      };
    case 'seconds': {
      const { from, seconds } = world;
      const each = Array.from({ length: 5 }, (_, i) => [
        `${i + 1}`,
        look.goodput(from + i, from + i + 1),
      ]);
      return { ...Object.fromEntries(each), 'from the sixth on': look.goodput(from + 5, seconds) };
    }
    case 'burst':
      return {
        afterwards: look.goodput(world.burstEndsAt, world.seconds),
        'back, ms': look.backMs(),
        'dead, ms': look.deadMs(),
      };
    case 'polls':
      return {
        short: look.goodput(0, world.seconds),
        'from 3 s': look.goodput(3, world.seconds),
        'p99 ms': look.p99(3),
        'polls refused': look.pollsRefused(),
      };
    case 'stall':
      return {
        short: look.goodput(0, world.seconds),
        afterwards: look.goodput(9, world.seconds),
        'backend, at once': run.backendMax,
      };
    case 'closed': {
      const served = look.served(world.from ?? 0);
      const last = look.served(world.seconds - 2);
      return {
        'of first in, first out': baseline === undefined ? served : served / baseline.served,
        'last 2 s': baseline === undefined ? last : last / baseline.last,
        'refused, first second': look.refused('short', 0, 1),
        'refused, later': look.refused('short', world.from ?? 1),
      };
    }
    default:
      return { served: look.served(0), refused: look.countRefused() };
  }
}

/** Of first in, first out, for {@link figuresOf}. */
export function baselineOf(world, run) {
  const look = new Look(world, run);
  return { served: look.served(world.from ?? 0), last: look.served(world.seconds - 2) };
}

class Look {
  constructor(world, { records }) {
    this.world = world;
    this.records = records;
    this.short = records.filter(({ tag }) => tag === 'short');
    const inTimeMs = world.patienceMs ?? patienceMs;
    this.good = this.short.filter(({ ok, doneAt, askedAt }) => ok && doneAt - askedAt <= inTimeMs);
  }

  /** 200s in time, of what could have been served. */
  goodput(from, to) {
    const stepSeconds = 0.02;
    const { rate } = this.world.clients.find((group) => group.rate !== undefined);
    let possible = 0;
    for (let second = from; second < to; second += stepSeconds) {
      possible += Math.min(rate(second), this.world.capacity(second)) * stepSeconds;
    }
    return possible === 0 ? 1 : within(this.good, from, to).length / possible;
  }

  /** Of all 200s, in time or not. */
  p99(from) {
    const latencies = within(this.short, from, this.world.seconds)
      .filter(({ ok }) => ok)
      .map(({ doneAt, askedAt }) => doneAt - askedAt)
      .sort((a, b) => a - b);
    return latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN;
  }

  refused(tag, from = 0, to = this.world.seconds) {
    const answered = within(this.records, from, to).filter((record) => record.tag === tag);
    return answered.filter(({ ok }) => !ok).length / Math.max(1, answered.length);
  }

  /** Of all that were asked: few are answered before the end. */
  pollsRefused() {
    const polls = this.records.filter(({ tag }) => tag === 'poll');
    return polls.filter(({ isRefused }) => isRefused).length / polls.length;
  }

  countRefused() {
    return this.short.filter(({ isRefused }) => isRefused).length;
  }

  served(from) {
    return within(this.short, from, this.world.seconds).filter(({ ok }) => ok).length;
  }

  /** After the burst: until 95 % of what is asked in each tenth of a second is served in time. */
  backMs() {
    const { burstEndsAt, seconds } = this.world;
    let back = burstEndsAt;
    for (let second = burstEndsAt; second < seconds - 0.6; second += 0.1) {
      const inTenth = ({ askedAt }) => askedAt >= second * 1000 && askedAt < (second + 0.1) * 1000;
      const asked = this.short.filter(inTenth).length;
      if (this.good.filter(inTenth).length < 0.95 * asked) back = second + 0.1;
    }
    return Math.round((back - burstEndsAt) * 1000);
  }

  /** Tenths of a second after the burst in which nothing was served in time. */
  deadMs() {
    const { burstEndsAt, seconds } = this.world;
    let dead = 0;
    for (let second = burstEndsAt; second < seconds - 0.2; second += 0.1) {
      if (this.goodput(second, second + 0.1) === 0) dead += 100;
    }
    return dead;
  }
}

function within(records, from, to) {
  return records.filter(({ doneAt }) => doneAt >= from * 1000 && doneAt < to * 1000);
}
