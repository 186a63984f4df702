import { piecesInOne } from '../content.mjs';
import { get } from '../requests.mjs';

export default {
  name: 'stream',
  what: 'a response of 1 MiB, streamed by an async generator in pieces of 64 KiB',
  handler: 'stream',
  connections: 16,
  requests: [get('/stream')],
  answers: [{ body: piecesInOne, type: 'application/octet-stream' }],
  peers: ['node-http', 'bun', 'raw'],
  targets: { 'node-http': { most: 0.75 }, bun: { most: 1 }, raw: { most: 1.1 } },
};
