// The same of node:http, closed as most programs close it.

import { createServer } from 'node:http';
import { events, handled } from './application.mjs';

const [port] = process.argv.slice(2).map(Number);

const server = createServer(async (request, response) => {
  if (request.url === '/readyz') return response.end('ok\n');
  handled(request.url);
  if (request.url.startsWith('/events')) {
    response.setHeader('Content-Type', 'text/event-stream');
    for await (const event of events()) response.write(event);
    return response.end();
  }
  let bytes = 0;
  try {
    for await (const chunk of request) bytes += chunk.length;
    response.end(`${bytes}`);
  } catch {
    // The client is gone: nobody is there to be told.
  }
});
server.listen(port, '127.0.0.1', () => process.send('listening'));
process.once('SIGTERM', () => {
  server.close(() => process.disconnect());
  server.closeIdleConnections();
  // Connections that proxies keep go on for ever.
  setTimeout(() => server.closeAllConnections(), 3000).unref();
});
