import { megabyte } from '../content.mjs';
import { get } from '../requests.mjs';

export default {
  name: 'static',
  what: 'a static file of 1 MiB',
  handler: 'files',
  connections: 16,
  requests: [get('/megabyte.bin')],
  answers: [{ body: megabyte }],
  peers: ['node-http', 'bun'],
  targets: { 'node-http': { most: 0.4 } },
};
