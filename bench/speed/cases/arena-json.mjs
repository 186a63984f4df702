import { datasetAnswer } from '../content.mjs';
import { get } from '../requests.mjs';
import { closedLoop } from './closed-loop.mjs';

// What HttpArena asks for in turn: how many items, times what.
const asked = [
  [1, 3],
  [5, 7],
  [10, 2],
  [15, 5],
  [25, 4],
  [40, 8],
  [50, 6],
];

export default {
  name: 'arena-json',
  what: 'HttpArena json: 1 to 50 items with their totals',
  ...closedLoop,
  handler: 'arena',
  connections: 512,
  requests: asked.map(([count, times]) => get(`/json/${count}?m=${times}`)),
  answers: asked.map(([count, times]) => ({
    body: JSON.stringify(datasetAnswer(count, times)),
    type: 'application/json',
  })),
  peers: ['node-http', 'fastify', 'bun'],
};
