// `sluice/core`: the protocol without a server. Pure: no Node, no clock, no I/O.

export { SluiceBug } from './bug.js';
export { Deadline, DeadlineList, type DeadlineOwner, Deadlines } from './deadlines.js';
export { ACTIONS, type Action, EVENTS, type Event } from './events.js';
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
export { FIELD_STRIDE, Head, TARGET_FORMS, type TargetForm } from './head.js';
export { type JointRule, jointRules } from './joint.js';
export {
  DEFAULT_LIMITS,
  LIMIT_NAMES,
  LIMIT_ROWS,
  type LimitName,
  type LimitRow,
  type Limits,
  limitsFrom,
} from './limits.js';
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
} from './machine.js';
export { diagrams } from './mermaid.js';
export { PERSISTENCE_STATES, type PersistenceState, persistenceTable } from './persistence.js';
export { PHASES, type Phase, phaseOf } from './phase.js';
export { READING_STATES, type ReadingState, readingTable } from './reading.js';
export { type ParsedFault, ParsedHead, RequestParser, type RequestSink } from './request-parser.js';
export { RequestReader } from './request-reader.js';
export type { Cell, Go, Never, Stay, Table } from './transition.js';
export { WRITING_STATES, type WritingState, writingTable } from './writing.js';
