// The handlers of the cases for servers that take fetch(request). How an answer is made is the server's.

import { datasetAnswer, helloText, memoryBody, orderAnswer, pieces } from '../content.mjs';

/**
 * @param respond - (body, type) → what the server takes for an answer
 * @param json - (value) → the same, for JSON
 * @param stream - (async generator, type) → the same
 * @param allowBytes - (context, bytes): lets this request bring so much
 * @param files - a handler for static files, where the server has one
 */
export function fetchHandlers({ respond, json, stream = respond, allowBytes = () => {}, files }) {
  async function count(request) {
    let bytes = 0;
    for await (const chunk of request.body) bytes += chunk.length;
    return respond(String(bytes), 'text/plain');
  }

  async function sum(request, query) {
    let total = sumOf(query);
    if (request.method === 'POST') total += Number(await request.text());
    return respond(String(total), 'text/plain');
  }

  const handlers = {
    hello: () => respond(helloText, 'text/plain'),

    async: async () => {
      await Promise.resolve();
      return respond(helloText, 'text/plain');
    },

    json: async (request) => {
      const { url, headers } = request;
      const tenant = headers.get('x-tenant');
      const trace = headers.get('x-request-id');
      const language = headers.get('accept-language');
      const given = await request.json();
      return json(orderAnswer(targetOf(url), tenant, trace, language, given));
    },

    memory: () => respond(memoryBody, 'application/octet-stream'),

    stream: () => stream(pieces(), 'application/octet-stream'),

    upload: count,

    files,

    /** All of HttpArena's profiles for HTTP/1.1 in one application, by path. */
    arena(request, context) {
      const target = targetOf(request.url);
      const mark = target.indexOf('?');
      const path = mark === -1 ? target : target.slice(0, mark);
      if (path === '/baseline11') return sum(request, target.slice(mark + 1));
      if (path === '/pipeline') return respond('ok', 'text/plain');
      if (path.startsWith('/json/')) {
        return json(datasetAnswer(Number(path.slice(6)), multiplierOf(target)));
      }
      if (path === '/upload') {
        allowBytes(context, 32 * 1024 * 1024);
        return count(request);
      }
      return files(request, context);
    },
  };
  return handlers;
}

const targetOf = (url) => url.slice(url.indexOf('/', 8));

/** Of the values of a query: a=13&b=42 is 55. */
export function sumOf(query) {
  let total = 0;
  for (const [, value] of new URLSearchParams(query)) total += Number(value);
  return total;
}

export function multiplierOf(target) {
  return Number(new URLSearchParams(target.slice(target.indexOf('?') + 1)).get('m'));
}
