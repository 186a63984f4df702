// `Server` of `sluice/node`: an http.Server to all who ask.

import http from 'node:http';
import { serverClass } from './server-class.js';

export { hostOf } from './server-class.js';

/** The class of servers that sluice drives; to `instanceof` an http.Server. */
export const Server: typeof http.Server = serverClass(http.Server, { takeTls: () => undefined });
