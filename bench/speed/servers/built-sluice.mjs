// sluice as it is built in dist, or in the folder that SLUICE_DIST names: to compare two of them. With
// SLUICE_GLOBALS its light Request and Response stand in for Node's, as `import 'sluice/globals'` does it.

import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const dist = process.env.SLUICE_DIST
  ? pathToFileURL(`${process.env.SLUICE_DIST}/`)
  : new URL('../../../dist/', import.meta.url);
const load = (path) => import(new URL(path, dist).href);

if (process.env.SLUICE_GLOBALS) await load('globals/index.js');

export const { createServer, reply } = await load('index.js');

// The second is where it was until December 2026.
const files = ['adapters/static-files/index.js', 'adapters/static-files.js'].find((path) =>
  existsSync(new URL(path, dist)),
);
export const { staticFiles } = files === undefined ? {} : await load(files);
