// `Server` of `sluice/node`: an http.Server to all who ask.

import type { Server as HttpServer } from 'node:http';
import { http } from '../node-http.js';
import { serverClass } from './server-class.js';

export { hostOf } from './server-class.js';

/** The class of servers that sluice drives; to `instanceof` an http.Server. */
export const Server: typeof HttpServer = serverClass(http.Server, { takeTls: () => undefined });
