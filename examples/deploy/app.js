// The application of these examples: GET says what it was asked, POST how much came, /events is a stream of events.
// It may be served by server.js, or by the command line: sluice --workers 2 app.js

import { reply } from 'sluice';

export default {
  // Whose word about a client counts: the proxies that stand in front.
  trustedProxies: ['loopback', 'private'],
  health: { live: '/livez', ready: '/readyz' },
  // It waits more than it computes. So many requests at once are no overload.
  concurrency: 1000,

  async fetch(request, { clientAddress }) {
    if (new URL(request.url).pathname === '/events') {
      return reply(events(), { headers: { 'Content-Type': 'text/event-stream' } });
    }
    const { byteLength } = await request.arrayBuffer();
    return reply.json({ url: request.url, client: clientAddress, bytes: byteLength });
  },
};

async function* events() {
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    yield `data: ${i}\n\n`;
  }
}
