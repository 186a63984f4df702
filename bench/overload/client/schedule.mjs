// When each request is to be sent and what it is, drawn before the first is sent: an open loop, in
// which a slow server is asked for no less.

import { randomFrom } from '../../lib/random.mjs';

/**
 * A Poisson process: independent arrivals, at a rate that changes from phase to phase.
 *
 * @param phases - `{ ms, rate }`, one after the other; rates a second
 * @param mix - `{ share }`, shares that add up to 1
 * @returns times in milliseconds from the start, and which of the mix each is
 */
export function drawArrivals(phases, mix, seed) {
  const random = randomFrom(seed);
  const at = [];
  const kind = [];
  let begin = 0;
  for (const { ms, rate } of phases) {
    for (let t = begin + gap(random, rate); t < begin + ms; t += gap(random, rate)) {
      at.push(t);
      kind.push(pick(mix, random()));
    }
    // An exponential gap has no memory: it may begin anew at the edge.
    begin += ms;
  }
  return { at: Float64Array.from(at), kind: Uint8Array.from(kind), endsAt: begin };
}

function gap(random, rate) {
  return (-Math.log(1 - random()) / rate) * 1000;
}

function pick(mix, share) {
  let i = 0;
  for (let left = share - mix[0].share; left >= 0 && i < mix.length - 1; left -= mix[i].share) i++;
  return i;
}
