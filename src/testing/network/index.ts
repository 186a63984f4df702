// A network in virtual time, for our tests and for the tests of sluice's users.

export type { Scheduled } from './event-heap.js';
export type { LinkOptions, PipeOptions } from './link-options.js';
export { Random } from './random.js';
export { RecordingSink } from './recording-sink.js';
export type { ConnectOptions, SimulatedNetworkOptions } from './simulated-network.js';
export { SimulatedNetwork } from './simulated-network.js';
export { SimulatedTransport } from './simulated-transport.js';
export type { EndName, TraceEntry, TraceEvent } from './trace.js';
export { formatTrace } from './trace.js';
export type { RunLimits } from './virtual-clock.js';
export { VirtualClock } from './virtual-clock.js';
export type { VirtualEnvironmentOptions } from './virtual-environment.js';
export { VirtualEnvironment } from './virtual-environment.js';
