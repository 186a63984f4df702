/**
 * The cases, in the order in which they are measured and shown. A case has a `name`, `what` in words, the
 * `handler` that a server runs, `peers`, and `targets`: for each of some servers the ratio of CPU a request
 * (or of bytes, or milliseconds) that the `subject`, sluice unless it says otherwise, is to stay below.
 *
 * A load has `requests`, sent in turn as they are, `answers` to check against, in the same order, how many
 * `connections` send them, and `depth` where a request is a batch.
 *
 * @module
 */

import arenaBaseline from './arena-baseline.mjs';
import arenaJson from './arena-json.mjs';
import arenaLimited from './arena-limited.mjs';
import arenaPipelined from './arena-pipelined.mjs';
import arenaStatic from './arena-static.mjs';
import arenaUpload from './arena-upload.mjs';
import async from './async.mjs';
import browser from './browser.mjs';
import fresh from './fresh.mjs';
import hono from './hono.mjs';
import honoJson from './hono-json.mjs';
import idle from './idle.mjs';
import json from './json.mjs';
import memory from './memory.mjs';
import onNode from './on-node.mjs';
import pipelined from './pipelined.mjs';
import small from './small.mjs';
import start from './start.mjs';
import static_ from './static.mjs';
import stream from './stream.mjs';
import ten from './ten.mjs';
import { overTls } from './tls.mjs';
import upload from './upload.mjs';

const all = [
  ...[small, browser, pipelined, fresh, ten, async, json],
  ...[memory, stream, upload, static_],
  ...overTls,
  ...[hono, honoJson, idle, start],
  ...onNode,
  ...[arenaBaseline, arenaPipelined, arenaLimited, arenaJson, arenaUpload, arenaStatic],
];

export const cases = all.map((one) => ({ kind: 'load', subject: 'sluice', targets: {}, ...one }));
