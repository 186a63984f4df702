// sluice with admission that never says no and asks the application nothing: what the limiter costs
// is the difference. It can't be left out altogether.

import { createServer, reply } from './built-sluice.mjs';

export async function start(work) {
  const server = createServer({
    concurrency: 1_000_000,
    queue: { law: 'timed' },
    fetch(_request, { target }) {
      const answer = work.answer(target);
      return typeof answer === 'string' ? reply(answer) : answer.then(reply);
    },
  });
  const { port } = await server.listen();
  return { port, stats: () => server.stats() };
}
