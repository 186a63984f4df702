import { megabyte } from '../content.mjs';
import { get } from '../requests.mjs';

export default {
  name: 'memory',
  what: 'a response of 1 MiB from memory',
  handler: 'memory',
  connections: 16,
  requests: [get('/memory')],
  answers: [{ body: megabyte, type: 'application/octet-stream' }],
  peers: ['node-http', 'bun', 'raw'],
  targets: { 'node-http': { most: 0.75 }, bun: { most: 0.6 }, raw: { most: 1.1 } },
};
