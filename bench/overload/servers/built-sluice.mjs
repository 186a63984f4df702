// sluice as it is built in dist, or in the folder that SLUICE_DIST names: to compare two of them.

import { pathToFileURL } from 'node:url';

const dist = process.env.SLUICE_DIST
  ? pathToFileURL(`${process.env.SLUICE_DIST}/`)
  : new URL('../../../dist/', import.meta.url);

export const { createServer, reply } = await import(new URL('index.js', dist).href);
