// A proxy before an app with WebSockets, both on servers of the kind that is tried.

import { once } from 'node:events';
import http from 'node:http';
import httpProxy from 'http-proxy';
import { WebSocketServer } from 'ws';

export async function start(createServer = http.createServer) {
  const target = createServer((req, res) => {
    if (req.url === '/fails') {
      res.destroy();
      return;
    }
    res.setHeader('X-Path', req.url);
    req.pipe(res);
  });
  new WebSocketServer({ server: target }).on('connection', (client) => {
    client.on('message', (message) => client.send(`echo ${message}`));
  });
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  target.unref();
  const proxy = httpProxy.createProxyServer({
    target: `http://127.0.0.1:${target.address().port}`,
    xfwd: true,
  });
  proxy.on('error', (error, _req, res) => {
    if (res.writeHead) res.writeHead(502).end(error.code);
    else res.destroy();
  });
  const server = createServer((req, res) => proxy.web(req, res));
  server.on('upgrade', (req, socket, head) => proxy.ws(req, socket, head));
  server.on('close', () => target.close());
  return server.listen(0, '127.0.0.1');
}
