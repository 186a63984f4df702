// The laws that speak of more than the limiter: responses, memory, timers.

import { INTAKE_MS } from '../../../src/limiter/budget.js';
import type { Law } from './law.js';
import { sum } from './shown-words.js';

export const oneResponseEach: Law = {
  number: 12,
  says: 'one response a request, in order',
  watch: (simulated, fail) => ({
    atEnd() {
      for (const { number, sent, got } of simulated.clients) {
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
  watch: (simulated, fail) => ({
    atRest() {
      const { bytes, connections } = simulated.server;
      const open = sum(Object.values(connections), (count) => count);
      // A handler that runs on though its client has gone keeps its content.
      const isKept = (): boolean => simulated.heard.some((heard) => simulated.isRunning(heard));
      if (bytes < 0 || (open === 0 && bytes > 0 && !isKept()))
        fail(`${bytes} bytes are held for ${open} connections`);
    },
    atEnd() {
      if (simulated.server.bytes !== 0) fail(`${simulated.server.bytes} bytes are left over`);
    },
  }),
};

export const idleIsQuiet: Law = {
  number: 14,
  says: 'idle ⇒ no timers',
  watch(simulated, fail) {
    let idleSince = Number.POSITIVE_INFINITY;
    return {
      atRest() {
        const open = sum(Object.values(simulated.server.connections), (count) => count);
        // A handler may go on when its client has left, and give its slot back later.
        if (open > 0 || simulated.holding.size > 0 || simulated.isDraining) {
          idleSince = Number.POSITIVE_INFINITY;
          return;
        }
        // In time that the loop had to itself.
        const at = simulated.now - simulated.spentMs;
        idleSince = Math.min(idleSince, at);
        // The limiter may have asked for a turn, to begin its budget anew; and so may memory.
        if (at - idleSince <= 2 * INTAKE_MS) return;
        if (simulated.timersArmed + simulated.turnsArmed > 0)
          fail(
            `${simulated.timersArmed} timers, ${simulated.turnsArmed} turns, and nobody is there`,
          );
      },
      atEnd() {
        if (simulated.timersArmed + simulated.turnsArmed > 0)
          fail(`${simulated.timersArmed} timers and ${simulated.turnsArmed} turns are left over`);
      },
    };
  },
};
