// Express over TLS, and the facts of TLS that its apps ask for.

import nodeHttps from 'node:https';
import express from 'express';
import { tls } from './tls.mjs';

export function start(_createServer, https = nodeHttps) {
  const app = express();
  app.use(express.json());
  app.get('/', (req, res) => {
    const { protocol, secure, hostname } = req;
    res.json({ protocol, secure, hostname });
  });
  app.get('/client', (req, res) => {
    const { authorized, encrypted } = req.socket;
    res.json({ authorized, encrypted, name: req.socket.getPeerCertificate().subject?.CN ?? null });
  });
  app.post('/json', (req, res) => res.json(req.body));
  app.get('/long', (_req, res) => res.send('long '.repeat(200_000)));
  const options = { ...tls, requestCert: true, rejectUnauthorized: false };
  return https.createServer(options, app).listen(0, '127.0.0.1');
}
