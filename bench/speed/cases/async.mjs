import { helloText } from '../content.mjs';
import { get } from '../requests.mjs';

export default {
  name: 'async',
  what: 'the small GET, answered by an async function after one await',
  handler: 'async',
  connections: 64,
  requests: [get('/async')],
  answers: [{ body: helloText, type: 'text/plain' }],
  peers: ['node-http', 'fastify', 'bun'],
  targets: { 'node-http': { most: 0.62 }, bun: { most: 1.2 } },
};
