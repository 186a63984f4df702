import { describe, expect, test } from 'vitest';
import { SluiceBug } from '../../../../src/fsm/bug.js';
import { go, never, stay } from '../../../../src/fsm/machine/transition.js';
import { handleReadSide } from '../../../../src/io/transport/handle-read-table.js';
import { netReadSide } from '../../../../src/io/transport/net-read-table.js';
import {
  INITIAL,
  orderOf,
  SideMachine,
  type SideTable,
  stateAfter,
} from '../../../../src/io/transport/side-machine.js';
import { writeSide } from '../../../../src/io/transport/write-table.js';

function lamp(): SideTable<'off' | 'on' | 'gone', 'push' | 'break', 'light' | 'darken'> {
  return {
    name: 'lamp',
    states: ['off', 'on', 'gone'],
    events: ['push', 'break'],
    orders: ['light', 'darken'],
    table: {
      off: { push: go('on', 'light'), break: go('gone') },
      on: { push: go('off', 'darken'), break: go('gone') },
      gone: { push: never, break: stay },
    },
  };
}

describe('a compiled side', () => {
  const machine = new SideMachine(lamp());

  test('numbers states and events from 0, orders from 1, as they are listed', () => {
    expect(machine.state).toEqual({ off: 0, on: 1, gone: 2 });
    expect(machine.event).toEqual({ push: 0, break: 1 });
    expect(machine.order).toEqual({ light: 1, darken: 2 });
    expect(machine.state.off).toBe(INITIAL);
  });

  test('throws for an event that cannot happen, and names it', () => {
    const impossible = () => machine.transition(machine.state.gone, machine.event.push);
    expect(impossible).toThrow(SluiceBug);
    expect(impossible).toThrow('lamp: push in gone');
  });
});

test.each<[string, SideTable<string, string, string>]>(
  [lamp(), handleReadSide(), netReadSide(), writeSide()].map((side) => [
    side.name,
    side as unknown as SideTable<string, string, string>,
  ]),
)('%s does in integers what its table says in words', (_name, side) => {
  const machine = new SideMachine(side);
  for (const from of side.states) {
    for (const event of side.events) {
      const told = () => {
        const transition = machine.transition(
          machine.state[from] as number,
          machine.event[event] as number,
        );
        return [
          side.states[stateAfter(transition)],
          side.orders[orderOf(transition) - 1] ?? undefined,
        ];
      };
      const cell = side.table[from]?.[event];
      if (cell?.kind === 'never') expect(told).toThrow(`${side.name}: ${event} in ${from}`);
      else if (cell?.kind === 'go') expect(told()).toEqual([cell.to, cell.action]);
      else expect(told()).toEqual([from, undefined]);
    }
  }
});
