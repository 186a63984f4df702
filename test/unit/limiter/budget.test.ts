import { describe, expect, test } from 'vitest';
import { Budget, intakeMs, quietTurnsMax, tickMs } from '../../../src/limiter/budget.js';

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

describe('the budget of a turn', () => {
  test('is spent by what handlers take, and not before', () => {
    const at = budgetAt(1000);
    at.budget.beginTurn(0);
    compute(at, tickMs - 0.5);
    expect(at.budget.isSpent).toBe(false);
    compute(at, 0.5);
    expect(at.budget.isSpent).toBe(true);
  });

  test('begins anew after a quiet turn', () => {
    const at = budgetAt(1000);
    at.budget.beginTurn(7);
    compute(at, tickMs - 1);
    expect(at.budget.beginTurn(7)).toBe(false);
    compute(at, tickMs - 1);
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
    compute(at, tickMs);
    expect(at.budget.beginTurn(1)).toBe(true);
    return at;
  }

  test('ends after its time, and a full budget follows', () => {
    const at = intake();
    at.budget.tell(at.clock.now + intakeMs - 0.1);
    expect(at.budget.beginTurn(2)).toBe(true);
    at.budget.tell(at.clock.now + intakeMs);
    expect(at.budget.beginTurn(3)).toBe(false);
    expect(at.budget.isSpent).toBe(false);
    expect(at.budget.wantsTurn).toBe(false);
  });

  test('ends early when nothing comes', () => {
    const { budget } = intake();
    for (let quiet = 1; quiet < quietTurnsMax; quiet++) expect(budget.beginTurn(1)).toBe(true);
    expect(budget.beginTurn(1)).toBe(false);
  });
});

describe('a handler that computes after an await', () => {
  /** Starts a request at once and ends it `ms` later, with or without something between. */
  function run({ budget, clock }: ReturnType<typeof budgetAt>, ms: number, alone = true): void {
    const request = {};
    budget.noteStart(request);
    if (!alone) budget.noteEvent();
    clock.now += ms;
    budget.tell(clock.now);
    budget.noteEnd(request);
  }

  test('spends the budget too, where nothing else happened meanwhile', () => {
    const at = budgetAt(1000);
    at.budget.beginTurn(0);
    run(at, tickMs);
    expect(at.budget.isSpent).toBe(true);
  });

  test('spends nothing where it may have been waiting', () => {
    const at = budgetAt(1000);
    at.budget.beginTurn(0);
    run(at, 100, false);
    expect(at.budget.isSpent).toBe(false);
  });

  test('is awaited before the next is started, until handlers no longer do so', () => {
    const at = budgetAt(1000);
    const { budget } = at;
    const started = (): boolean => {
      budget.noteStart({});
      return budget.waitsForAftermath;
    };
    expect(started()).toBe(false);
    for (let i = 0; i < 10; i++) run(at, 2);
    expect(started()).toBe(true);
    for (let i = 0; i < 40; i++) run(at, 10, false);
    expect(started()).toBe(false);
  });
});
