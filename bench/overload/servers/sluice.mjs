// sluice, with nothing set but what a measurement asks for.

import { answerText, bigBody } from '../work.mjs';
import { createServer, reply } from './built-sluice.mjs';

// What a case asks the application about each head; nothing where it has no need to.
const asked = {
  classes: {
    priority: (head) => (head.headers.get('x-class') === 'critical' ? 'critical' : 'default'),
  },
  clients: { clientKey: (head) => head.headers.get('x-client') ?? '' },
  health: { health: { live: '/live', ready: '/ready' } },
};

export async function start(work, { concurrency, queue, refuses = false, asks }) {
  const server = createServer({
    // With the one slot held by a request that never ends, everything else is refused.
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(queue === undefined ? {} : { queue }),
    ...(refuses ? { concurrency: 1, queue: { law: 'sojourn', entriesMax: 1 } } : {}),
    ...asked[asks],
    fetch(request, { target }) {
      if (target === '/upload') return request.arrayBuffer().then(() => reply(answerText));
      const big = bigBody(target);
      if (big !== undefined) return reply(big.pieces, { headers: { 'Content-Length': big.bytes } });
      const answer = work.answer(target);
      return typeof answer === 'string' ? reply(answer) : answer.then(reply);
    },
  });
  const { port } = await server.listen();
  return { port, stats: () => server.stats() };
}
