// The handlers of the cases for node:http.

import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import {
  datasetAnswer,
  helloText,
  memoryBody,
  mimeTypes,
  orderAnswerOf,
  pieces,
} from '../content.mjs';
import { multiplierOf, sumOf } from './fetch-handlers.mjs';

function respond(response, body, type) {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': length });
  response.end(body);
}

const json = (response, value) => respond(response, JSON.stringify(value), 'application/json');

function textOf(request) {
  return new Promise((resolve, reject) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => resolve(text));
    request.on('error', reject);
  });
}

function count(request, response) {
  let bytes = 0;
  request.on('data', (chunk) => {
    bytes += chunk.length;
  });
  request.on('end', () => respond(response, String(bytes), 'text/plain'));
}

async function sum(request, response, query) {
  let total = sumOf(query);
  if (request.method === 'POST') total += Number(await textOf(request));
  respond(response, String(total), 'text/plain');
}

export function nodeHandlers(root) {
  async function files({ url }, response) {
    const path = normalize(decodeURIComponent(url));
    const file = join(root, path);
    const { size, mtime } = await stat(file);
    response.writeHead(200, {
      'Content-Type': mimeTypes[path.slice(path.lastIndexOf('.') + 1)],
      'Content-Length': size,
      'Last-Modified': mtime.toUTCString(),
    });
    createReadStream(file).pipe(response);
  }

  return {
    hello: (_request, response) => respond(response, helloText, 'text/plain'),

    async: async (_request, response) => {
      await Promise.resolve();
      respond(response, helloText, 'text/plain');
    },

    json: async (request, response) => {
      const given = JSON.parse(await textOf(request));
      json(response, orderAnswerOf(request, given));
    },

    memory: (_request, response) => respond(response, memoryBody, 'application/octet-stream'),

    stream: async (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/octet-stream' });
      // Less work than pipeline() or Readable.from(), and as much as the others do.
      for await (const piece of pieces()) {
        if (!response.write(piece)) await once(response, 'drain');
      }
      response.end();
    },

    upload: count,

    files,

    arena(request, response) {
      const { url } = request;
      const mark = url.indexOf('?');
      const path = mark === -1 ? url : url.slice(0, mark);
      if (path === '/baseline11') return sum(request, response, url.slice(mark + 1));
      if (path === '/pipeline') return respond(response, 'ok', 'text/plain');
      if (path.startsWith('/json/')) {
        return json(response, datasetAnswer(Number(path.slice(6)), multiplierOf(url)));
      }
      if (path === '/upload') return count(request, response);
      return files(request, response);
    },
  };
}

/** Listens as all servers of node:http's kind do. @returns the port */
export function portOf(server) {
  // As long as sluice keeps idle connections: reconnecting is not what is compared.
  server.keepAliveTimeout = 75_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server.address().port));
  });
}
