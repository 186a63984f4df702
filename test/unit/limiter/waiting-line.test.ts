// Who may wait, and who is refused, with a law that notes what it is told and says what the test says.

import { describe, expect, test } from 'vitest';
import { FixedLimit } from '../../../src/limiter/algorithms/fixed.js';
import { Budget } from '../../../src/limiter/budget.js';
import type { QueueLaw } from '../../../src/limiter/laws/law.js';
import { CLOSED_PATIENCE_MS } from '../../../src/limiter/laws/patient.js';
import { type LimiterOptions, parseLimiterOptions } from '../../../src/limiter/options.js';
import type { RefusalReason } from '../../../src/limiter/refusal.js';
import { Slots } from '../../../src/limiter/slots.js';
import { Tally } from '../../../src/limiter/tally.js';
import { priorityClass, Ticket } from '../../../src/limiter/ticket.js';
import {
  REFUSED_AT_ONCE_MAX,
  STALL_MS_MIN,
  WaitingLine,
} from '../../../src/limiter/waiting-line.js';

class Waiter extends Ticket {
  reason: RefusalReason | undefined;

  constructor(priority: keyof typeof priorityClass = 'default', offeredAt = 0) {
    super();
    this.priority = priorityClass[priority];
    this.offeredAt = offeredAt;
  }

  override onAdmitted(): void {}
  override onRefused(reason: RefusalReason): void {
    this.reason = reason;
  }
  override isGone(): boolean {
    return false;
  }
  override onGone(): void {}
}

class Scene {
  readonly slots = new Slots(new FixedLimit(4), undefined);
  readonly tally = new Tally();
  readonly line: WaitingLine;
  readonly told: string[] = [];
  patienceMs = 100;
  wantsFewer = false;

  constructor(queue: LimiterOptions['queue'] = {}, asking?: () => number, keepsLaw = false) {
    this.line = new WaitingLine(parseLimiterOptions({ queue }).queue, {
      slots: this.slots,
      budget: new Budget(() => 0),
      tally: this.tally,
      random: () => 0.5,
      asking,
    });
    if (!keepsLaw) Object.assign(this.line, { law: this.#law() });
  }

  #law(): QueueLaw {
    return {
      patienceMs: () => this.patienceMs,
      refusesArrival: () => null,
      refusesStart: () => null,
      wantsFewer: () => this.wantsFewer,
      noteBacklog: () => this.told.push('backlog'),
      noteInlineStart: () => this.told.push('inline start'),
      noteStart: () => this.told.push('start'),
      noteRefusal: (_ticket, reason) => void this.told.push(reason),
      noteGone: () => this.told.push('gone'),
      noteDuration: () => this.told.push('duration'),
    };
  }

  wait(count: number, priority: keyof typeof priorityClass = 'default'): Waiter[] {
    const waiters = Array.from({ length: count }, () => new Waiter(priority));
    for (const one of waiters) this.line.enqueue(one, 0);
    return waiters;
  }
}

const refusedOf = (waiters: readonly Waiter[]): number =>
  waiters.filter(({ reason }) => reason !== undefined).length;

describe('the law of the queue', () => {
  test.each<[RefusalReason, keyof typeof priorityClass, RefusalReason[]]>([
    ['waited', 'default', ['waited']],
    ['deadline', 'sheddable', ['deadline']],
    ['stalled', 'default', []],
    ['parkedFull', 'critical', []],
    ['probesFull', 'probe', []],
    ['deadline', 'probe', []],
  ])('of a refusal for %s, of class %s, is told %j', (reason, priority, told) => {
    const scene = new Scene();
    const waiter = new Waiter(priority);
    scene.line.refuse(waiter, reason);
    expect([scene.told, waiter.reason, scene.tally.refusedBy[reason]]).toEqual([told, reason, 1]);
  });

  test('is told when an empty queue holds something, and not of what follows', () => {
    const scene = new Scene();
    scene.wait(2);
    expect(scene.told).toEqual(['backlog']);
  });
});

describe('a gap in which nothing was told', () => {
  test.each([
    [STALL_MS_MIN, STALL_MS_MIN],
    [STALL_MS_MIN - 0.1, 0],
  ])('of %d ms counts as %d ms of stall', (gapMs, stalledMs) => {
    const scene = new Scene();
    const [waiter] = scene.wait(1);
    scene.line.noteGap(5, 5 + gapMs);
    expect(waiter?.stalledMs).toBe(stalledMs);
  });

  test('prolongs the patience of those who waited by then, and of nobody else', () => {
    const scene = new Scene();
    scene.wait(1);
    scene.line.enqueue(new Waiter('default', 10), 10);
    scene.line.noteGap(5, 55);
    expect(scene.line.nextExpiry()).toBe(150);
    scene.line.expire(110);
    expect(scene.line.entries).toBe(2);
    scene.line.expire(150);
    expect(scene.line.entries).toBe(0);
  });
});

describe('of many who have waited for too long', () => {
  test('so many are refused at once, and the rest when it is looked again', () => {
    const scene = new Scene();
    const waiters = scene.wait(REFUSED_AT_ONCE_MAX + 10);
    scene.line.expire(100);
    expect(refusedOf(waiters)).toBe(REFUSED_AT_ONCE_MAX);
    scene.line.expire(100);
    expect(refusedOf(waiters)).toBe(REFUSED_AT_ONCE_MAX + 10);
  });

  test('those of all classes count', () => {
    const scene = new Scene();
    const all = [...scene.wait(200, 'critical'), ...scene.wait(200, 'sheddable')];
    scene.line.expire(100);
    expect(refusedOf(all)).toBe(REFUSED_AT_ONCE_MAX);
  });
});

describe('a surplus that the law sees', () => {
  /** A full queue of so many, to which one more comes. */
  function surplus(count: number): { waiters: Waiter[]; arrival: Waiter; scene: Scene } {
    const scene = new Scene({ entriesMax: count });
    const waiters = scene.wait(count);
    scene.wantsFewer = true;
    const [arrival] = scene.wait(1) as [Waiter];
    return { waiters, arrival, scene };
  }

  test('is refused with an arrival that is refused, so many at once, the newest first', () => {
    const { waiters, arrival } = surplus(REFUSED_AT_ONCE_MAX + 10);
    expect(arrival.reason).toBe('queueFull');
    expect(waiters.map(({ reason }) => reason)).toEqual([
      ...Array.from({ length: 10 }, () => undefined),
      ...Array.from({ length: REFUSED_AT_ONCE_MAX }, () => 'waitTooLong'),
    ]);
  });

  test('is no more than those who wait', () => {
    const { waiters, scene } = surplus(3);
    expect([refusedOf(waiters), scene.line.entries]).toEqual([3, 0]);
  });
});

describe('when to look', () => {
  test('is when somebody’s patience ends, while there is a slot', () => {
    const scene = new Scene();
    scene.slots.look(new Tally(), 0);
    scene.wait(1);
    expect(scene.line.nextExpiry()).toBe(100);
  });

  test('is the next look at the slots, while there is none', () => {
    const scene = new Scene();
    scene.slots.look(new Tally(), 0);
    scene.wait(1);
    scene.slots.inFlight = 4;
    expect(scene.line.nextExpiry()).toBe(scene.slots.lookAt);
  });
});

describe('connections that ask', () => {
  test.each<[number | undefined, number, number, number, boolean]>([
    // Nearly all of 100 have a request here; 40 more are parked, and ask for nothing else.
    [140, 40, 30, 50, true],
    // Half of them have.
    [140, 40, 30, 0, false],
    // As many ask as have a request, whatever was counted.
    [10, 40, 30, 50, true],
    [undefined, 40, 30, 50, false],
  ])(
    '%o, of them %d parked, %d running and %d waiting, are a closed loop: %s',
    (asking, parked, running, waiting, isClosed) => {
      const ask = asking === undefined ? undefined : () => asking;
      const { line, slots } = new Scene({ law: 'patient' }, ask, true);
      [slots.parked, slots.inFlight] = [parked, running];
      for (let i = 0; i < waiting; i++) line.queue.push(new Waiter());
      for (const now of [0, 150, 300, 450]) line.law.refusesStart(new Waiter(), now);
      expect(line.law.patienceMs(priorityClass.default) === CLOSED_PATIENCE_MS).toBe(isClosed);
    },
  );
});
