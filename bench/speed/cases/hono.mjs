import { helloText } from '../content.mjs';
import { get } from '../requests.mjs';

export const honoTargets = { 'hono-srvx': { most: 0.7 }, 'hono-node-server': { most: 0.9 } };
export const honoPeers = ['hono-node-server', 'hono-srvx'];

export default {
  name: 'hono',
  what: "a Hono app: GET, 'Hello, World!'",
  subject: 'hono-sluice-globals',
  handler: 'hello',
  connections: 64,
  requests: [get('/')],
  answers: [{ body: helloText, type: 'text/plain' }],
  peers: honoPeers,
  targets: honoTargets,
};
