import { describe, expect, test } from 'vitest';
import { Budget, INTAKE_MS, QUIET_TURNS_MAX, TICK_MS } from '../../../src/limiter/budget.js';

/** A budget, and the clock that it asks. */
function budgetAt(start: number): { budget: Budget; clock: { now: number } } {
  const clock = { now: start };
  const budget = new Budget(() => clock.now);
  budget.tell(start);
  return { budget, clock };
}

/** A handler that runs for `ms`, told by nobody. */
function compute({ budget, clock }: ReturnType<typeof budgetAt>, ms: number): void {
  const since = budget.now;
  clock.now += ms;
  budget.spend(since);
}

/** Time in which no handler runs. */
function pass({ budget, clock }: ReturnType<typeof budgetAt>, ms: number): void {
  clock.now += ms;
  budget.tell(clock.now);
}

describe('the budget of a turn', () => {
  test('is spent by what handlers take, and not before', () => {
    const at = budgetAt(1000);
    at.budget.beginTurn(0);
    compute(at, TICK_MS - 0.5);
    expect(at.budget.isSpent).toBe(false);
    compute(at, 0.5);
    expect(at.budget.isSpent).toBe(true);
  });

  test('begins anew after a quiet turn', () => {
    const at = budgetAt(1000);
    at.budget.beginTurn(7);
    compute(at, TICK_MS - 1);
    expect(at.budget.beginTurn(7)).toBe(false);
    compute(at, TICK_MS - 1);
    expect(at.budget.isSpent).toBe(false);
  });

  test('is used up by turns that bring one request each, too: then sockets are read', () => {
    // A loop that accepts one connection a turn and computes for 2 ms each time leaves all who
    // come in the kernel, where no law sees how long they wait.
    const at = budgetAt(1000);
    let offered = 0;
    let turns = 0;
    do {
      compute(at, 2);
      offered++;
      turns++;
    } while (!at.budget.beginTurn(offered) && turns < 100);
    expect(turns).toBeLessThan(10);
    expect(at.budget.isSpent).toBe(true);
    expect(at.budget.wantsTurn).toBe(true);
  });

  test('begins anew by a quarter of the time since the last turn, where a turn brought something', () => {
    const at = budgetAt(1000);
    at.budget.beginTurn(0);
    compute(at, 4);
    expect(at.budget.beginTurn(1)).toBe(false);
    // One of the four is back.
    compute(at, 1.9);
    expect(at.budget.isSpent).toBe(false);
    compute(at, 0.1);
    expect(at.budget.isSpent).toBe(true);
  });

  test('saves up nothing for later', () => {
    const at = budgetAt(1000);
    at.budget.beginTurn(0);
    pass(at, 1000);
    expect(at.budget.beginTurn(1)).toBe(false);
    compute(at, 4);
    expect(at.budget.beginTurn(2)).toBe(false);
    compute(at, 2);
    expect(at.budget.isSpent).toBe(true);
  });

  test('wants a turn from a tenth of it on', () => {
    const at = budgetAt(1000);
    expect(at.budget.wantsTurn).toBe(false);
    compute(at, TICK_MS / 20);
    expect(at.budget.wantsTurn).toBe(false);
    compute(at, TICK_MS / 20);
    expect(at.budget.wantsTurn).toBe(true);
  });

  test('is told the time by others, and asks the clock only where nobody told', () => {
    const { budget, clock } = budgetAt(1000);
    clock.now = 1003;
    budget.tell(1001);
    budget.spend(1000);
    expect(budget.now).toBe(1001);
    budget.spend(1001);
    expect(budget.now).toBe(1003);
    // Time never goes back.
    budget.tell(999);
    expect(budget.now).toBe(1003);
  });

  test('is not used up by short handlers', () => {
    const at = budgetAt(1000);
    for (let offered = 1; offered <= 1000; offered++) {
      compute(at, 0.1);
      at.clock.now += 0.5;
      at.budget.tell(at.clock.now);
      expect(at.budget.beginTurn(offered)).toBe(false);
    }
  });
});

describe('the intake', () => {
  function intake(): ReturnType<typeof budgetAt> {
    const at = budgetAt(1000);
    at.budget.beginTurn(0);
    compute(at, TICK_MS);
    expect(at.budget.beginTurn(1)).toBe(true);
    return at;
  }

  test('ends after its time, and a full budget follows', () => {
    const at = intake();
    at.budget.tell(at.clock.now + INTAKE_MS - 0.1);
    expect(at.budget.beginTurn(2)).toBe(true);
    at.budget.tell(at.clock.now + INTAKE_MS);
    expect(at.budget.beginTurn(3)).toBe(false);
    expect(at.budget.isSpent).toBe(false);
    expect(at.budget.wantsTurn).toBe(false);
  });

  test('ends early only after as many quiet turns in a row', () => {
    const { budget } = intake();
    expect(budget.beginTurn(1)).toBe(true);
    expect(budget.beginTurn(2)).toBe(true);
    for (let quiet = 1; quiet < QUIET_TURNS_MAX; quiet++) expect(budget.beginTurn(2)).toBe(true);
    expect(budget.beginTurn(2)).toBe(false);
  });

  test('counts its quiet turns anew each time', () => {
    const at = intake();
    expect(at.budget.beginTurn(1)).toBe(true);
    at.budget.tell(at.clock.now + INTAKE_MS);
    expect(at.budget.beginTurn(1)).toBe(false);
    at.clock.now += INTAKE_MS;
    compute(at, TICK_MS);
    expect(at.budget.beginTurn(2)).toBe(true);
    for (let quiet = 1; quiet < QUIET_TURNS_MAX; quiet++) expect(at.budget.beginTurn(2)).toBe(true);
    expect(at.budget.beginTurn(2)).toBe(false);
  });

  test('leaves a whole budget behind', () => {
    const at = intake();
    pass(at, INTAKE_MS);
    at.budget.beginTurn(2);
    compute(at, TICK_MS - 0.1);
    expect(at.budget.isSpent).toBe(false);
    compute(at, 0.1);
    expect(at.budget.isSpent).toBe(true);
  });

  test('ends early when nothing comes', () => {
    const { budget } = intake();
    for (let quiet = 1; quiet < QUIET_TURNS_MAX; quiet++) expect(budget.beginTurn(1)).toBe(true);
    expect(budget.beginTurn(1)).toBe(false);
  });
});

describe('a handler that computes after an await', () => {
  /** Starts a request at once and ends it `ms` later, with or without something between. */
  function run({ budget, clock }: ReturnType<typeof budgetAt>, ms: number, alone = true): void {
    budget.noteStart();
    if (!alone) budget.noteEvent();
    clock.now += ms;
    budget.tell(clock.now);
    budget.noteEnd(true);
  }

  test('spends the budget too, where nothing else happened meanwhile', () => {
    const at = budgetAt(1000);
    at.budget.beginTurn(0);
    run(at, TICK_MS);
    expect(at.budget.isSpent).toBe(true);
  });

  test('spends nothing where it may have been waiting', () => {
    const at = budgetAt(1000);
    at.budget.beginTurn(0);
    run(at, 100, false);
    expect(at.budget.isSpent).toBe(false);
  });

  test('is spent in parts, each counted once', () => {
    const at = budgetAt(1000);
    at.budget.beginTurn(0);
    run(at, TICK_MS - 1);
    run(at, 0.9);
    expect(at.budget.isSpent).toBe(false);
    run(at, 0.1);
    expect(at.budget.isSpent).toBe(true);
  });

  test('counts for the one that started last, and for no other', () => {
    const { budget, clock } = budgetAt(1000);
    budget.noteStart();
    budget.noteStart();
    clock.now += TICK_MS;
    budget.tell(clock.now);
    budget.noteEnd(false);
    expect(budget.isSpent).toBe(false);
    // That end was something else that happened.
    expect(budget.waitsForAftermath).toBe(false);
  });

  test('is one that took more than a tenth of a millisecond of late', () => {
    for (const [ms, waits] of [
      [0.7, false],
      [0.9, true],
    ] as const) {
      const at = budgetAt(1000);
      run(at, ms);
      // An eighth of what was seen first.
      expect(at.budget.waitsForAftermath).toBe(false);
      at.budget.noteStart();
      expect(at.budget.waitsForAftermath).toBe(waits);
      at.budget.noteEvent();
      expect(at.budget.waitsForAftermath).toBe(false);
    }
  });

  test('is forgotten after a few that were not', () => {
    const at = budgetAt(1000);
    run(at, 2);
    for (const [others, waits] of [
      [6, true],
      [1, false],
    ] as const) {
      for (let i = 0; i < others; i++) run(at, 2, false);
      at.budget.noteStart();
      expect(at.budget.waitsForAftermath).toBe(waits);
      at.budget.noteEvent();
    }
  });

  test('is awaited before the next is started, until handlers no longer do so', () => {
    const at = budgetAt(1000);
    const { budget } = at;
    const started = (): boolean => {
      budget.noteStart();
      return budget.waitsForAftermath;
    };
    expect(started()).toBe(false);
    for (let i = 0; i < 10; i++) run(at, 2);
    expect(started()).toBe(true);
    for (let i = 0; i < 40; i++) run(at, 10, false);
    expect(started()).toBe(false);
  });
});
