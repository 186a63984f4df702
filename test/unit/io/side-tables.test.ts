// The tables of the transports' sides: what holds for all of them, and what each of them must never order.

import { describe, expect, test } from 'vitest';
import type { Cell } from '../../../src/fsm/machine/transition.js';
import {
  type HandleReadState,
  handleReadSide,
} from '../../../src/io/transport/handle-read-table.js';
import { netReadSide } from '../../../src/io/transport/net-read-table.js';
import type { SideTable } from '../../../src/io/transport/side-machine.js';
import { type WriteState, writeSide } from '../../../src/io/transport/write-table.js';

type AnySide = SideTable<string, string, string>;

const SIDES: readonly AnySide[] = [handleReadSide(), netReadSide(), writeSide()].map(
  // A boundary: the names are looked up as strings here.
  (side) => side as unknown as AnySide,
);

interface Step {
  readonly from: string;
  readonly event: string;
  readonly cell: Cell<string, string>;
  /** Where it leads; undefined where it can't happen. */
  readonly to: string | undefined;
  readonly order: string | undefined;
}

function steps(side: AnySide): Step[] {
  return side.states.flatMap((from) =>
    side.events.map((event): Step => {
      const cell = side.table[from]?.[event] as Cell<string, string>;
      if (cell.kind === 'go') return { from, event, cell, to: cell.to, order: cell.action };
      return { from, event, cell, to: cell.kind === 'stay' ? from : undefined, order: undefined };
    }),
  );
}

function reachedFrom(side: AnySide, first: string): ReadonlySet<string> {
  const reached = new Set([first]);
  // A set goes on to what is added meanwhile.
  for (const state of reached)
    for (const { from, to } of steps(side)) if (from === state && to !== undefined) reached.add(to);
  return reached;
}

describe.each(SIDES.map((side) => [side.name, side] as const))('%s', (_name, side) => {
  test('decides every pair of a state and an event, and nothing else', () => {
    expect(Object.keys(side.table)).toEqual(side.states);
    for (const state of side.states) {
      expect(Object.keys(side.table[state] ?? {})).toEqual(side.events);
      for (const event of side.events)
        expect(side.table[state]?.[event]?.kind).toMatch(/^(go|stay|never)$/);
    }
  });

  test('reaches every state from the first', () => {
    expect([...reachedFrom(side, side.states[0] as string)].sort()).toEqual(
      [...side.states].sort(),
    );
  });

  test('uses every event and every order', () => {
    const all = steps(side);
    for (const event of side.events)
      expect(all.some((step) => step.event === event && step.cell.kind === 'go')).toBe(true);
    expect(new Set(all.map(({ order }) => order).filter((order) => order !== undefined))).toEqual(
      new Set(side.orders),
    );
  });

  test('can be closed in every state, and stays closed without an order', () => {
    for (const state of side.states) {
      expect(side.table[state]?.close?.kind).not.toBe('never');
      expect(reachedFrom(side, state)).toContain('closed');
    }
    for (const { from, to, order } of steps(side)) {
      if (from !== 'closed' || to === undefined) continue;
      expect([to, order]).toEqual(['closed', undefined]);
    }
  });
});

describe('read side of a handle', () => {
  const side = handleReadSide() as unknown as AnySide;
  const all = steps(side).filter(({ to }) => to !== undefined);
  const among = (...states: HandleReadState[]): ((state: string | undefined) => boolean) => {
    return (state) => (states as (string | undefined)[]).includes(state);
  };
  const reads = among('flowing', 'brimming', 'watching');
  const holdsBytes = among('holding', 'releasing');
  const holdsFin = among('holdingFin', 'releasingFin');
  const isPaused = among('newPaused', 'watching', 'stopped', 'holding', 'holdingFin');

  // Law: `readStart` and `readStop` are ordered exactly where a transition begins or ends to read.
  test('orders Node to read and to stop exactly where that changes', () => {
    for (const { from, event, to, order } of all) {
      const starts = order === 'start' || order === 'tellHeld';
      // After a FIN, libuv has stopped by itself.
      const stops = order === 'stop' || order === 'hold' || event === 'fin';
      const change = Number(reads(to)) - Number(reads(from));
      if (from === 'closed') continue;
      expect([from, event, starts, stops]).toEqual([from, event, change > 0, change < 0]);
    }
  });

  // Law: held bytes come in by `hold` and go out by `tellHeld`, or are dropped by closing. The FIN likewise.
  test('loses no held byte and no FIN, and tells none twice', () => {
    for (const { from, event, to, order } of all) {
      if (to === 'closed') continue;
      const bytes = Number(holdsBytes(to)) - Number(holdsBytes(from));
      expect([from, event, order === 'hold']).toEqual([from, event, bytes > 0]);
      expect([from, event, order === 'tellHeld']).toEqual([from, event, bytes < 0]);
      const fin = Number(event === 'fin') - Number(order === 'tellFin');
      expect([from, event, fin]).toEqual([
        from,
        event,
        Number(holdsFin(to)) - Number(holdsFin(from)),
      ]);
    }
  });

  // Law: only `resume` ends a pause, and only `pause` begins one.
  test('tells nothing behind a pause', () => {
    for (const { from, event, to, order } of all) {
      if (to === 'closed') continue;
      if (isPaused(from)) expect(order).toBeOneOf([undefined, 'start', 'hold', 'releaseSoon']);
      if (isPaused(from) !== isPaused(to))
        expect([from, event]).toEqual([from, isPaused(from) ? 'resume' : 'pause']);
      // No sink is called from within a call.
      if (event === 'pause' || event === 'resume' || event === 'close' || event === 'attach')
        expect(order).toBeOneOf([undefined, 'start', 'stop', 'releaseSoon']);
    }
  });
});

describe('write side', () => {
  const side = writeSide() as unknown as AnySide;
  const all = steps(side).filter(({ to }) => to !== undefined);

  // Law: the descriptor gets one end: by `close`, or by `reset`.
  test('ends the descriptor exactly once', () => {
    for (const { from, event, to, order } of all) {
      const ends = order === 'close' || order === 'reset';
      expect([from, event, ends]).toEqual([from, event, to === 'closed' && from !== 'closed']);
    }
  });

  // Law: libuv refuses a reset while a shutdown is under way.
  test('never resets while a shutdown is under way', () => {
    const underWay: readonly string[] = ['shuttingDown', 'resetting'] satisfies WriteState[];
    for (const { from, event, to, order } of all) {
      if (order === 'reset' && underWay.includes(from)) expect(event).toBe('shutDownOver');
      const begins = order === 'shutDown' || order === 'shutDownFlushed';
      expect([from, event, begins]).toEqual([from, event, to === 'shuttingDown' && from !== to]);
    }
  });

  // Law: nothing is written after `end`, after a failure, or after the close.
  test('sends only before the end', () => {
    const mayWrite: readonly string[] = ['flushed', 'flushing'] satisfies WriteState[];
    for (const { from, order } of all) if (order === 'send') expect(mayWrite).toContain(from);
    for (const state of ['ending', 'shuttingDown', 'shut'])
      expect(side.table[state]?.write?.kind).toBe('never');
    for (const state of ['broken', 'resetting', 'closed'])
      expect(side.table[state]?.write?.kind).toBe('stay');
  });
});
