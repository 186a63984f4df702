import { get } from '../requests.mjs';

export default {
  name: 'idle',
  kind: 'idle',
  what: 'memory of an idle keep-alive connection that was used once',
  handler: 'hello',
  requests: [get('/')],
  connections: { full: 5000, quick: 2000 },
  peers: ['node-http', 'bun', 'deno', 'raw'],
  targets: {
    'node-http': { most: 0.5, mostOn: { 20: 0.65 } },
    raw: { plusBytes: 2560 },
  },
};
