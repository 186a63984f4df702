// `sluice/core`: the protocol without a server. Pure: no Node, no clock, no I/O.

export { SluiceBug } from './bug.js';
export {
  FAULT_NAMES,
  Fault,
  type FaultId,
  type FaultName,
  type FaultRow,
  faultCode,
  faultName,
  faultRow,
} from './faults.js';
export {
  DEFAULT_LIMITS,
  LIMIT_NAMES,
  LIMIT_ROWS,
  type LimitName,
  type LimitRow,
  type Limits,
  limitsFrom,
} from './limits.js';
export { ACTIONS, type Action, EVENTS, type Event } from './machine/events.js';
export { type JointRule, jointRules } from './machine/joint.js';
export {
  ActionIds,
  actionOf,
  compileMachine,
  EVENT_COUNT,
  EventIds,
  IMPOSSIBLE,
  type JointState,
  jointState,
  type Machine,
  nextState,
  STATE_COUNT,
  type StateId,
  stateId,
  stateName,
} from './machine/machine.js';
export { diagrams } from './machine/mermaid.js';
export {
  PERSISTENCE_STATES,
  type PersistenceState,
  persistenceTable,
} from './machine/persistence.js';
export { PHASES, type Phase, phaseOf } from './machine/phase.js';
export { READING_STATES, type ReadingState, readingTable } from './machine/reading.js';
export type { Cell, Go, Never, Stay, Table } from './machine/transition.js';
export { WRITING_STATES, type WritingState, writingTable } from './machine/writing.js';
export { FIELD_STRIDE, Head, TARGET_FORMS, type TargetForm } from './parse/head.js';
export {
  type ParsedFault,
  ParsedHead,
  RequestParser,
  type RequestSink,
} from './parse/request-parser.js';
export { RequestReader } from './parse/request-reader.js';
export type { ProxyAddress, ProxyHeader } from './proxy/proxy-header.js';
export {
  PROXY_FAULT,
  PROXY_HEADER,
  PROXY_MORE,
  ProxyHeaderParser,
  type ProxySignal,
} from './proxy/proxy-header-parser.js';
export { Deadline, DeadlineList, type DeadlineOwner, Deadlines } from './time/deadlines.js';
