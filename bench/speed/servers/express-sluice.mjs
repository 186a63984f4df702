// Express, started as `node --import sluice/register`.

await import('../../../dist/adapters/node/register.js');
await import('./express.mjs');
