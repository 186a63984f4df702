// `node --import sluice/register app.js`, or `--require`: from here on, `http.createServer` and `http.Server` are
// sluice's, for modules of both kinds. It prints nothing, unless SLUICE_DEBUG=1 asks for a line.

import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { createServer, Server } from './index.js';
import { setDefaults } from './options.js';
import { optionsFromEnvironment } from './register-options.js';

setDefaults(optionsFromEnvironment(process.env.SLUICE_OPTIONS));
Object.assign(http, { createServer, Server });
syncBuiltinESMExports();
if (process.env.SLUICE_DEBUG === '1')
  process.stderr.write('sluice: http.createServer and http.Server are those of sluice/node\n');
