import { megabyte } from '../content.mjs';
import { post } from '../requests.mjs';

export default {
  name: 'upload',
  what: 'an upload of 1 MiB, read as a stream and counted',
  handler: 'upload',
  connections: 16,
  requests: [post('/upload', ['Content-Type: application/octet-stream'], megabyte)],
  answers: [{ body: String(megabyte.length), type: 'text/plain' }],
  peers: ['node-http', 'bun', 'raw'],
  targets: {
    'node-http': { most: 0.65, stretch: 0.45 },
    bun: { most: 1.05 },
    raw: { most: 1.1 },
  },
};
