// The application of examples/deploy on node:http, closed as most programs close it.

import { createServer } from 'node:http';

const server = createServer(async (request, response) => {
  if (request.url === '/readyz') return response.end('ok\n');
  response.on('close', () => console.log(`handled ${request.url} `));
  if (request.url.startsWith('/events')) {
    response.setHeader('Content-Type', 'text/event-stream');
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      response.write(`data: ${i}\n\n`);
    }
    return response.end();
  }
  let bytes = 0;
  try {
    for await (const chunk of request) bytes += chunk.length;
    response.end(JSON.stringify({ url: request.url, bytes }));
  } catch {
    // The client is gone: nobody is there to be told.
  }
});
const where = process.env.LISTEN_FDS
  ? { fd: 3 }
  : { port: Number(process.env.PORT), host: '127.0.0.1' };
server.listen(where, () => console.log('ready: node:http'));
process.once('SIGTERM', () => {
  server.close();
  server.closeIdleConnections();
  // Connections that proxies keep go on for ever.
  setTimeout(() => server.closeAllConnections(), 3000).unref();
});
