/**
 * `import 'sluice/globals'` puts light classes in the place of `Headers`, `Request` and `Response`.
 * They answer as the platform's do, and a Response whose content is a string or bytes costs sluice
 * no more than a `reply()`: nothing of the platform's is constructed for it. What they can't do by
 * themselves, they leave to the platform's own.
 *
 * Import it first, once, in the program (not in a library): modules that have kept a class from
 * before go on with that one.
 *
 * @example
 * import 'sluice/globals';
 * import { Hono } from 'hono';
 * import { createServer } from 'sluice';
 *
 * const app = new Hono();
 * app.get('/', (c) => c.text('Hello!'));
 * await createServer({ fetch: app.fetch }).listen({ port: 7878 });
 *
 * @module
 */

import { LightHeaders } from './light-headers.js';
import { LightRequest } from './light-request.js';
import { LightResponse } from './light-response.js';

const classes = { Headers: LightHeaders, Request: LightRequest, Response: LightResponse };

for (const [name, value] of Object.entries(classes)) {
  Object.defineProperty(globalThis, name, {
    value,
    configurable: true,
    enumerable: false,
    writable: true,
  });
}
