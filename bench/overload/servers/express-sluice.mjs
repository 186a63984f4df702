// The same Express app, by `sluice/register`, with nothing set.

import '../../../dist/adapters/node/register.js';

export const { start } = await import('./express.mjs');
