import { get, post, postChunked } from '../requests.mjs';
import { closedLoop } from './closed-loop.mjs';

const target = '/baseline11?a=13&b=42';
const type = 'Content-Type: text/plain';
const answer = (body) => ({ body, type: 'text/plain' });

export default {
  name: 'arena-baseline',
  what: 'HttpArena baseline: GET, POST and chunked POST in turn, a sum over query and body',
  ...closedLoop,
  handler: 'arena',
  connections: 512,
  requests: [get(target), post(target, [type], '20'), postChunked(target, [type], ['20'])],
  answers: [answer('55'), answer('75'), answer('75')],
  peers: ['node-http', 'fastify', 'bun'],
};
