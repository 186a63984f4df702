// node:http, by `require`. An import reads every export of it, and one of them, `WebSocket`, loads all of fetch: 30 ms of a
// start, and memory that each full collection of V8 looks through.

import type * as Http from 'node:http';

/** Whoever watches what is required sees it. The path stands for no file: it is only absolute. */
const require = process.getBuiltinModule('node:module').createRequire(process.execPath);

export const http: typeof Http = require('node:http');
