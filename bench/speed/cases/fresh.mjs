import { helloText } from '../content.mjs';
import { get } from '../requests.mjs';

export default {
  name: 'fresh',
  what: 'the small GET, a fresh connection each, 64 at a time',
  handler: 'hello',
  raw: { handler: 'closing' },
  connections: 64,
  requests: [get('/', ['Connection: close'])],
  answers: [{ body: helloText, type: 'text/plain', closes: true }],
  peers: ['node-http', 'bun', 'deno', 'nginx', 'raw'],
  targets: { 'node-http': { most: 0.7 }, raw: { most: 1.15 } },
};
