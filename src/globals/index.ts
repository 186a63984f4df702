/**
 * `import 'sluice/globals'` replaces the global `Headers`, `Request` and `Response` by light classes.
 * They behave like the platform's classes. A Response of a string or bytes costs no more than a
 * `reply()`: no object of the platform is constructed for it. For rare work, the light classes use
 * the platform's classes.
 *
 * Import it first, once, in the program (not in a library). A module that kept a class before
 * continues with that class.
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
