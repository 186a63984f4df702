import { honoPeers, honoTargets } from './hono.mjs';
import { jsonAnswer, jsonRequest } from './json.mjs';

export default {
  name: 'hono-json',
  what: 'a Hono app: the JSON case',
  subject: 'hono-sluice-globals',
  handler: 'json',
  connections: 64,
  requests: [jsonRequest],
  answers: [jsonAnswer],
  peers: honoPeers,
  targets: honoTargets,
};
