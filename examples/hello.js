// The smallest server: node examples/hello.js, then curl -i http://127.0.0.1:7878/

import { createServer, reply } from 'sluice';

const server = createServer({
  concurrency: 64,
  fetch: () => reply('Hello!\n'),
});

const { address, port } = await server.listen({ port: Number(process.env.PORT ?? 7878) });
console.log(`http://${address}:${port}/`);

process.once('SIGTERM', async () => {
  const report = await server.close({ graceMs: 9_000 });
  console.log('closed:', report);
});
