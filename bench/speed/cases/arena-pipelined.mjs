import { get, pipelined } from '../requests.mjs';
import { closedLoop } from './closed-loop.mjs';

export default {
  name: 'arena-pipelined',
  what: 'HttpArena pipelined: 16 at once',
  ...closedLoop,
  note: `latency is that of a whole batch; ${closedLoop.note}`,
  handler: 'arena',
  connections: 512,
  depth: 16,
  requests: [pipelined(get('/pipeline'), 16)],
  answers: [{ body: 'ok', type: 'text/plain' }],
  peers: ['node-http', 'bun'],
};
