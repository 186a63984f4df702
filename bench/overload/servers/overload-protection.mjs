// node:http behind overload-protection, with its own defaults: 503 while the event loop is more than
// 42 ms late, looked at every 5 ms.

import { createServer } from 'node:http';
import protection from 'overload-protection';
import { answerNode, listening } from './node-http.mjs';

export async function start(work, { refuses = false }) {
  const protect = protection('http', {
    production: true,
    ...(refuses ? { maxRssBytes: 1 } : undefined),
  });
  const server = createServer((request, response) => {
    // It has answered then.
    if (protect(request, response) === true) return;
    answerNode(work, request, response);
  });
  return { port: await listening(server) };
}
