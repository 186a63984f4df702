// A server that is stopped by a package while a request is in progress, and answers what became of both.

import { once } from 'node:events';
import http from 'node:http';
import { createHttpTerminator } from 'http-terminator';
import stoppable from 'stoppable';

const ways = {
  stoppable: (server) => {
    const stopped = stoppable(server, 5000);
    return () =>
      new Promise((resolve) => stopped.stop((_error, isGraceful) => resolve(isGraceful)));
  },
  'http-terminator': (server) => {
    const terminator = createHttpTerminator({ server, gracefulTerminationTimeout: 5000 });
    return () => terminator.terminate().then(() => true);
  },
};

/** A client with one request in progress and one connection that idles. */
async function stopped(createServer, name) {
  let answer;
  const server = createServer((req, res) => {
    if (req.url === '/slow') answer = () => res.end('slow, but whole');
    else res.end('quick');
  });
  const stop = ways[name](server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const agent = new http.Agent({ keepAlive: true });
  const get = async (path) => {
    const [response] = await once(http.get({ port, path, agent }), 'response');
    let text = '';
    for await (const piece of response.setEncoding('utf8')) text += piece;
    return { text, connection: response.headers.connection };
  };
  const slow = get('/slow');
  const quick = await get('/');
  while (answer === undefined) await new Promise((resolve) => setImmediate(resolve));
  const over = stop();
  setImmediate(answer);
  const found = { quick: quick.text, slow: (await slow).text, over: await over };
  const refused = await get('/').catch(({ code }) => code);
  agent.destroy();
  return { ...found, refused, listening: server.listening };
}

export function start(createServer = http.createServer) {
  const server = createServer(async (req, res) => {
    try {
      res.end(JSON.stringify(await stopped(createServer, req.url.slice(1))));
    } catch (error) {
      res.writeHead(500).end(error.stack);
    }
  });
  return server.listen(0, '127.0.0.1');
}
