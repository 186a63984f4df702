import { get } from '../requests.mjs';
import { closedLoop } from './closed-loop.mjs';

const target = '/baseline11?a=13&b=42';
const answer = { body: '55', type: 'text/plain' };

export default {
  name: 'arena-limited',
  what: 'HttpArena limited-conn: ten requests a connection',
  ...closedLoop,
  note: `every tenth request, over all connections, asks to close; ${closedLoop.note}`,
  handler: 'arena',
  connections: 512,
  requests: [...Array(9).fill(get(target)), get(target, ['Connection: close'])],
  answers: [...Array(9).fill(answer), { ...answer, closes: true }],
  peers: ['node-http', 'bun'],
};
