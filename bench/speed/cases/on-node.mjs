// The cases of `(req, res)` listeners: the same requests and handlers, on `sluice/node` and on node:http.

import browser from './browser.mjs';
import json from './json.mjs';
import memory from './memory.mjs';
import pipelined from './pipelined.mjs';
import small from './small.mjs';
import upload from './upload.mjs';

/** @param targets - the ratios to node:http's CPU that it is to stay below */
const onNode = (one, targets) => ({
  ...one,
  name: `node-${one.name}`,
  what: `(req, res): ${one.what}`,
  subject: 'sluice-node',
  peers: ['node-http'],
  targets: { 'node-http': targets },
});

export default [
  onNode(small, { most: 0.8, stretch: 0.65 }),
  onNode(
    { ...browser, what: `${small.what}, with the head of a browser, 900 bytes` },
    { most: 0.7 },
  ),
  onNode(pipelined, { most: 0.35 }),
  onNode(json, { most: 0.85 }),
  onNode(memory, { most: 1 }),
  onNode(upload, { most: 1 }),
  {
    ...onNode(small, { most: 0.9 }),
    name: 'node-fastify',
    what: `Fastify by sluice/register: ${small.what}`,
    subject: 'fastify-sluice',
    peers: ['fastify'],
    targets: { fastify: { most: 0.9 } },
  },
];
