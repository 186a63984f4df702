// Server-sent events: node examples/event-stream.js, then curl -N http://127.0.0.1:7878/
//
// The body is a generator. sluice pulls the next event after the client has taken the last
// one. So a slow client slows the loop below, and costs no memory. When the client leaves,
// the signal ends the sleep, and `return()` ends the generator.

import { setTimeout as sleep } from 'node:timers/promises';
import { createServer, reply } from 'sluice';

async function* ticks(signal) {
  try {
    for (let id = 1; ; id++) {
      yield `id: ${id}\ndata: ${new Date().toISOString()}\n\n`;
      await sleep(1_000, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error; // After an abort, the client left or the server closes.
  }
}

const server = createServer({
  fetch: (request) =>
    reply(ticks(request.signal), {
      headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' },
    }),
});

const { address, port } = await server.listen({ port: Number(process.env.PORT ?? 7878) });
console.log(`http://${address}:${port}/`);
