import { post } from '../requests.mjs';

const bytes = 20 * 1024 * 1024;

export default {
  name: 'arena-upload',
  what: 'HttpArena upload: 20 MiB, counted',
  handler: 'arena',
  connections: 32,
  requests: [
    post('/upload', ['Content-Type: application/octet-stream'], Buffer.alloc(bytes, 'upload ')),
  ],
  answers: [{ body: String(bytes), type: 'text/plain' }],
  peers: ['node-http', 'bun'],
};
