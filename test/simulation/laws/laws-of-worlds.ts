// The laws that speak of more than the limiter: responses, memory, timers.

import { INTAKE_MS } from '../../../src/limiter/budget.js';
import type { Law } from './law.js';
import { sum } from './words.js';

export const oneResponseEach: Law = {
  number: 12,
  says: 'one response a request, in order',
  watch: (world, fail) => ({
    atEnd() {
      for (const { number, sent, got } of world.clients) {
        if (got.length > sent.length)
          fail(`client ${number} got ${got.length} responses to ${sent.length} requests`);
        for (const [i, id] of got.entries()) {
          if (id !== undefined && id !== sent[i])
            fail(`client ${number} got the response to ${id} for ${sent[i]}`);
        }
      }
    },
  }),
};

export const ledgerReturnsToZero: Law = {
  number: 13,
  says: 'the ledger returns to 0',
  watch: (world, fail) => ({
    atRest() {
      const { bytes, connections } = world.server;
      const open = sum(Object.values(connections), (count) => count);
      // A handler that runs on though its client has gone keeps its content.
      const isKept = (): boolean => world.heard.some((heard) => world.isRunning(heard));
      if (bytes < 0 || (open === 0 && bytes > 0 && !isKept()))
        fail(`${bytes} bytes are held for ${open} connections`);
    },
    atEnd() {
      if (world.server.bytes !== 0) fail(`${world.server.bytes} bytes are left over`);
    },
  }),
};

export const idleIsQuiet: Law = {
  number: 14,
  says: 'idle ⇒ no timers',
  watch(world, fail) {
    let idleSince = Number.POSITIVE_INFINITY;
    return {
      atRest() {
        const open = sum(Object.values(world.server.connections), (count) => count);
        // A handler may go on when its client has left, and give its slot back later.
        if (open > 0 || world.holding.size > 0 || world.isDraining) {
          idleSince = Number.POSITIVE_INFINITY;
          return;
        }
        // In time that the loop had to itself.
        const at = world.now - world.spentMs;
        idleSince = Math.min(idleSince, at);
        // The limiter may have asked for a turn, to begin its budget anew; and so may memory.
        if (at - idleSince <= 2 * INTAKE_MS) return;
        if (world.timersArmed + world.turnsArmed > 0)
          fail(`${world.timersArmed} timers, ${world.turnsArmed} turns, and nobody is there`);
      },
      atEnd() {
        if (world.timersArmed + world.turnsArmed > 0)
          fail(`${world.timersArmed} timers and ${world.turnsArmed} turns are left over`);
      },
    };
  },
};
