// An app that tests another one by supertest, and answers what it found.

import http from 'node:http';
import express from 'express';
import request from 'supertest';

export function start(createServer) {
  const app = express();
  app.get('/', (_req, res) => void res.json({ hello: 'supertest' }));
  app.post('/json', express.json(), (req, res) => void res.status(201).json(req.body));
  const tested = () => (createServer === undefined ? app : createServer(app));
  const server = (createServer ?? http.createServer)(async (_req, res) => {
    try {
      const got = await request(tested()).get('/').expect(200).expect('Content-Type', /json/);
      const posted = await request(tested()).post('/json').send({ a: 1 }).expect(201);
      const listening = tested().listen(0, '127.0.0.1');
      const agent = request.agent(listening);
      const twice = [(await agent.get('/')).status, (await agent.get('/none')).status];
      listening.close(() => res.end(JSON.stringify([got.body, posted.body, twice])));
    } catch (error) {
      res.statusCode = 500;
      res.end(error.stack);
    }
  });
  return server.listen(0, '127.0.0.1');
}
