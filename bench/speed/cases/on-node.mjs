// The cases of `(req, res)` listeners: the same requests and handlers, on `sluice/node` and on node:http.

import browser from './browser.mjs';
import idle from './idle.mjs';
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

/** @param targets - the ratios to the CPU of the same framework on node:http that it is to stay below */
const byRegister = (framework, label, one, targets) => ({
  ...one,
  name: one === small ? `node-${framework}` : `node-${framework}-${one.name}`,
  what: `${label} by sluice/register: ${one.what}`,
  subject: `${framework}-sluice`,
  peers: [framework],
  targets: targets === undefined ? {} : { [framework]: targets },
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
  onNode(idle, { most: 0.6 }),
  byRegister('express', 'Express', small, { most: 0.95 }),
  byRegister('express', 'Express', json),
  byRegister('fastify', 'Fastify', small, { most: 0.9 }),
  byRegister('koa', 'Koa', small, { most: 0.95 }),
];
