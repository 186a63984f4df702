import { order, orderAnswer } from '../content.mjs';
import { post } from '../requests.mjs';

const target = '/json?tenant=7';
const headers = [
  'X-Tenant: example',
  'X-Request-Id: 2f1c7d6e-90ab-4cde-8f01-23456789abcd',
  'Accept-Language: en-GB,en;q=0.9',
];

export const jsonRequest = post(
  target,
  ['Content-Type: application/json', ...headers],
  JSON.stringify(order),
);
const [tenant, trace, language] = headers.map((line) => line.slice(line.indexOf(': ') + 2));
export const jsonAnswer = {
  body: JSON.stringify(orderAnswer(target, tenant, trace, language, order)),
  type: 'application/json',
};

export default {
  name: 'json',
  what: 'POST of 1 KiB of JSON: reads the url, three headers and the body, answers JSON',
  handler: 'json',
  connections: 64,
  requests: [jsonRequest],
  answers: [jsonAnswer],
  peers: ['sluice-response', 'sluice-globals', 'node-http', 'fastify', 'bun'],
  targets: { 'node-http': { most: 0.62 }, bun: { most: 1.2, stretch: 1 } },
};
