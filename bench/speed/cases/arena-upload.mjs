import { post } from '../requests.mjs';

const bytes = 20 * 1024 * 1024;

export default {
  name: 'arena-upload',
  what: 'HttpArena upload: 20 MiB, counted',
  handler: 'arena',
  // HttpArena has 32 and more: with few, little is under way when a window begins and ends.
  connections: 8,
  requests: [
    post('/upload', ['Content-Type: application/octet-stream'], Buffer.alloc(bytes, 'upload ')),
  ],
  answers: [{ body: String(bytes), type: 'text/plain' }],
  peers: ['node-http', 'bun'],
};
