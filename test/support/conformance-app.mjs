// The example app of the shared conformance vectors: echo mode on one port,
// reflect mode on another. Run as `node test/support/conformance-app.mjs ECHO REFLECT [folder]`: with the
// folder of a key and a certificate, under TLS.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer, reply } from '../../dist/index.js';

const encoder = new TextEncoder();

async function* threeChunks() {
  yield 'one';
  yield 'two';
  yield 'three';
}

function headerLines(rawHeaders) {
  let lines = '';
  for (let i = 0; i < rawHeaders.length; i += 2)
    lines += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\n`;
  return lines;
}

function pairs(flat) {
  const list = [];
  for (let i = 0; i < flat.length; i += 2) list.push([flat[i], flat[i + 1]]);
  return list;
}

function latin1(bytes) {
  return Buffer.from(bytes).toString('latin1');
}

/** Routes that both modes share; undefined where there is none. */
function common(context) {
  const [path, query = ''] = context.target.split('?', 2);
  const parameters = new URLSearchParams(query);
  switch (path) {
    case '/early':
      return reply('early');
    case '/close':
      return reply('OK', { headers: { Connection: 'close' } });
    case '/204':
      return reply(null, { status: 204 });
    case '/304':
      return reply(null, { status: 304 });
    case '/chunked':
      return reply(threeChunks());
    case '/slow':
      return new Promise((resolve) => {
        setTimeout(() => resolve(reply('slow')), Number(parameters.get('ms') ?? 300));
      });
    case '/large':
      return reply(new Uint8Array(Number(parameters.get('n') ?? 1_048_576)).fill(0x78));
    default:
      return undefined;
  }
}

async function echo(request, context) {
  const answer = common(context);
  if (answer !== undefined) return answer;
  if (context.target.split('?', 1)[0] === '/echo')
    return reply(Buffer.from(headerLines(context.rawHeaders), 'latin1'));
  const headers = request.method === 'OPTIONS' ? { Allow: 'GET, HEAD, POST, OPTIONS' } : {};
  const body = new Uint8Array(await request.arrayBuffer());
  return body.length > 0
    ? reply(body, { headers: { 'Content-Type': 'application/octet-stream', ...headers } })
    : reply('OK', { headers });
}

async function reflect(request, context) {
  const answer = common(context);
  if (answer !== undefined) return answer;
  const body = latin1(new Uint8Array(await request.arrayBuffer()));
  const reflected = {
    method: request.method,
    target: context.target,
    version: context.httpVersion,
    headers: pairs(context.rawHeaders),
    body,
    trailers: pairs(await context.trailers),
  };
  return reply(encoder.encode(JSON.stringify(reflected)), {
    headers: { 'Content-Type': 'application/json' },
  });
}

const onError = (error) => console.error(error);
const [echoPort = '0', reflectPort = '0', tlsFolder] = process.argv.slice(2);
const pem = (name) => readFileSync(join(tlsFolder, `local-${name}.pem`));
const tls = tlsFolder === undefined ? undefined : { key: pem('key'), cert: pem('cert') };
// However busy the machine is that this runs on, nobody is to be refused.
const queue = { law: 'timed', waitMs: 30_000 };
const servers = [echo, reflect].map((fetch) => createServer({ fetch, onError, queue }));
const bound = [];
for (const [index, port] of [echoPort, reflectPort].entries()) {
  bound.push((await servers[index].listen({ port: Number(port), tls })).port);
}
console.log(`echo ${bound[0]} reflect ${bound[1]}`);
