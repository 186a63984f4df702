import { helloText } from '../content.mjs';
import { get } from '../requests.mjs';

const keeping = get('/', ['Connection: keep-alive']);
const closing = get('/', ['Connection: close']);
const answer = { body: helloText, type: 'text/plain' };

export default {
  name: 'ten',
  what: 'the small GET, ten requests a connection, 64 at a time',
  note: 'every tenth request, over all connections, asks to close: ten a connection on average',
  handler: 'hello',
  raw: { handler: 'closing', closingBytes: closing.length },
  connections: 64,
  requests: [...Array(9).fill(keeping), closing],
  answers: [...Array(9).fill(answer), { ...answer, closes: true }],
  peers: ['node-http', 'bun', 'raw'],
  targets: { 'node-http': { most: 0.62 }, raw: { most: 1.15 } },
};
