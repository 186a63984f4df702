// The servers that are compared, and how each is set up. Not tuned for the benchmark: what their
// documents say, and where they have to be told a number, one that suits clients that wait 500 ms.

export const servers = {
  sluice: {
    label: 'sluice',
    module: 'sluice',
    options: {},
    setup: 'no option but the handler',
  },
  'sluice-adaptive': {
    label: 'sluice, adaptive from 20',
    module: 'sluice',
    options: { concurrency: 'adaptive', queue: { law: 'sojourn' } },
    setup: "`concurrency: 'adaptive'`, `queue: { law: 'sojourn' }`",
  },
  'sluice-1024': {
    label: 'sluice, 1024 slots',
    module: 'sluice',
    options: { concurrency: 1024, queue: { law: 'sojourn' } },
    setup: "`concurrency: 1024`, `queue: { law: 'sojourn' }`",
  },
  'node-http': {
    label: 'node:http',
    module: 'node-http',
    options: {},
    setup: 'nothing before the handler',
  },
  fastify: {
    label: 'Fastify + under-pressure',
    module: 'fastify',
    options: {},
    setup: '`maxEventLoopDelay: 42`, `sampleInterval: 50`',
  },
  'overload-protection': {
    label: 'overload-protection',
    module: 'overload-protection',
    options: {},
    setup: 'on node:http, its defaults: `maxEventLoopDelay: 42`, `sampleInterval: 5`',
  },
  express: {
    label: 'Express',
    module: 'express',
    options: {},
    setup: 'nothing before the handler',
  },
  'express-sluice': {
    label: 'Express by sluice/register',
    module: 'express-sluice',
    options: {},
    setup: 'the same app, `--import sluice/register`',
  },
  uncapped: {
    label: 'sluice without a limit',
    module: 'uncapped',
    options: {},
    setup: '`concurrency: 1_000_000`',
  },
};

export const serversByDefault = ['sluice', 'node-http', 'fastify', 'overload-protection'];
