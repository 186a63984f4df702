import { helloText } from '../content.mjs';
import { browserHeaders, get } from '../requests.mjs';

export default {
  name: 'browser',
  what: 'the same, with the head of a browser, 900 bytes',
  handler: 'hello',
  connections: 64,
  requests: [get('/catalogue/item-2041?from=search', browserHeaders)],
  answers: [{ body: helloText, type: 'text/plain' }],
  peers: ['node-http', 'bun', 'deno', 'nginx', 'raw'],
  targets: {
    'node-http': { most: 0.5, stretch: 0.42 },
    bun: { most: 1.1, stretch: 0.95 },
    raw: { most: 1.25 },
  },
};
