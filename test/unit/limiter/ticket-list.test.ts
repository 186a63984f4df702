// A ticket stands in one list at a time. A second entry would make a ring of the list, and a look at it
// would never end.

import { expect, test } from 'vitest';
import type { Ticket } from '../../../src/limiter/ticket.js';
import { TicketList } from '../../../src/limiter/ticket-list.js';
import { SimulatedLimiter } from './simulated-limiter.js';

function tickets(): [Ticket, Ticket, Ticket] {
  const world = new SimulatedLimiter();
  return [world.ticket('a'), world.ticket('b'), world.ticket('c')];
}

function content(list: TicketList): Ticket[] {
  const found: Ticket[] = [];
  for (let ticket = list.head; ticket !== null; ticket = ticket.behind) found.push(ticket);
  return found;
}

test('keeps the order, and lets one leave from each place', () => {
  for (const index of [0, 1, 2]) {
    const all = tickets();
    const list = new TicketList();
    for (const ticket of all) list.push(ticket);
    const leaving = all[index] as Ticket;
    list.remove(leaving);
    expect(content(list)).toEqual(all.filter((ticket) => ticket !== leaving));
    expect([list.entries, list.has(leaving)]).toEqual([2, false]);
  }
});

test('refuses one that stands in it already', () => {
  const [a, b] = tickets();
  const list = new TicketList();
  list.push(a);
  list.push(b);
  for (const ticket of [a, b]) expect(() => list.push(ticket)).toThrow('two lists at once');
  expect(content(list)).toEqual([a, b]);
});

test('refuses one that stands in another list', () => {
  const [a] = tickets();
  const [one, other] = [new TicketList(), new TicketList()];
  one.push(a);
  expect(() => other.push(a)).toThrow('two lists at once');
  expect([one.has(a), other.has(a)]).toEqual([true, false]);
});

test('lets nobody leave who stands in another list, or in none', () => {
  const [a, b] = tickets();
  const [one, other] = [new TicketList(), new TicketList()];
  one.push(a);
  for (const ticket of [a, b]) expect(() => other.remove(ticket)).toThrow('it was not');
  expect([content(one), other.entries]).toEqual([[a], 0]);
});
