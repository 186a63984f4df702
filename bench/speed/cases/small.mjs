import { helloText } from '../content.mjs';
import { get } from '../requests.mjs';

export default {
  name: 'small',
  what: "GET, 'Hello, World!', keep-alive, 64 connections",
  handler: 'hello',
  connections: 64,
  requests: [get('/')],
  answers: [{ body: helloText, type: 'text/plain' }],
  peers: [
    'sluice-response',
    'sluice-globals',
    'node-http',
    'fastify',
    'bun',
    'deno',
    'nginx',
    'raw',
  ],
  targets: {
    'node-http': { most: 0.58, stretch: 0.5 },
    bun: { most: 1.05, stretch: 0.95 },
    raw: { most: 1.15 },
  },
};
