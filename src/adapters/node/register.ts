// `node --import sluice/register app.js`, or `--require`: from here on, `createServer` and `Server` of node:http and
// node:https are sluice's, for modules of both kinds. It prints nothing, unless SLUICE_DEBUG=1 asks for a line.

import { syncBuiltinESMExports } from 'node:module';
import { createServer, https, Server } from './index.js';
import { http } from './node-http.js';
import { optionsFromEnvironment } from './register-options.js';
import { setDefaults } from './server/options.js';

setDefaults(optionsFromEnvironment(process.env.SLUICE_OPTIONS));
Object.assign(http, { createServer, Server });
const isSecure = replaceHttps();
syncBuiltinESMExports();
if (process.env.SLUICE_DEBUG === '1') {
  process.stderr.write(
    `sluice: createServer and Server of node:http${isSecure ? ' and node:https' : ''} are those of sluice/node\n`,
  );
}

/** @returns false in a Node that was built without OpenSSL */
function replaceHttps(): boolean {
  if (process.versions.openssl === undefined) return false;
  const { createServer, Server } = https;
  Object.assign(process.getBuiltinModule('node:https'), { createServer, Server });
  return true;
}
