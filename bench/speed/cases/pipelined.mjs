import { helloText } from '../content.mjs';
import { get, pipelined } from '../requests.mjs';

export default {
  name: 'pipelined',
  what: 'the small GET, 16 pipelined, 64 connections',
  note: 'latency is that of a whole batch',
  handler: 'hello',
  connections: 64,
  depth: 16,
  requests: [pipelined(get('/'), 16)],
  answers: [{ body: helloText, type: 'text/plain' }],
  peers: ['node-http', 'fastify', 'bun', 'deno', 'nginx', 'raw'],
  targets: { 'node-http': { most: 0.08 }, bun: { most: 0.2 } },
};
