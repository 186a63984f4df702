// `sluice/testing`: requests without sockets, and a network in virtual time.

export type { Accept, Environment } from '../conn/environment.js';
export type { Transport, TransportAddress, TransportSink } from '../conn/transport.js';
export { inject } from './inject.js';
export { InjectError, type InjectErrorCode } from './inject-error.js';
export * from './network/index.js';
export {
  createSimulatedServer,
  type SimulatedServer,
  type SimulationOptions,
} from './simulated-server.js';
