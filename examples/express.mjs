// An Express app on sluice: npm i express, node examples/express.mjs, then curl -i http://127.0.0.1:7878/
// An app that stands needs no change at all: node --import sluice/register app.mjs

import express from 'express';
import { createServer } from 'sluice/node';

const app = express();

app.get('/', (_req, res) => {
  res.send('Hello from Express\n');
});

app.post('/echo', express.json(), (req, res) => {
  res.json({ got: req.body });
});

app.get('/events', (req, res) => {
  res.writeHead(200, { 'Content-Type': 'text/event-stream' });
  let id = 0;
  const timer = setInterval(
    () => res.write(`id: ${id++}\ndata: ${new Date().toISOString()}\n\n`),
    500,
  );
  req.on('close', () => clearInterval(timer));
});

// The options of sluice stand beside those of node:http.
const server = createServer({ keepAliveTimeout: 10_000, sluice: { concurrency: 16 } }, app);

server.listen(Number(process.env.PORT ?? 7878), '127.0.0.1', () => {
  const { address, port } = server.address();
  console.log(`http://${address}:${port}/`);
});

process.once('SIGTERM', () => {
  server.close(() => console.log('closed'));
});
