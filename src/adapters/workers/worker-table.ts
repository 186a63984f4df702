// Where a worker is between its start and its end, as the primary sees it. A table; only here is the state changed.

export const WORKER_STATES = [
  /** Its `start` has not settled yet. */
  'starting',
  /** It serves. */
  'ready',
  /** It was told to let requests end. */
  'draining',
  /** It was killed, and is not gone yet. */
  'killed',
  'dead',
] as const;
export type WorkerState = (typeof WORKER_STATES)[number];

export const WORKER_EVENTS = [
  /** It says that its `start` has settled. */
  'ready',
  /** It is told to let requests end. */
  'drain',
  /** It has had its time. */
  'kill',
  /** Its process is gone. */
  'exit',
] as const;
export type WorkerEventName = (typeof WORKER_EVENTS)[number];

type Row = Readonly<Record<WorkerEventName, WorkerState | 'never'>>;

/** Every cell is decided: the next state, or `never`. */
export const WORKER_TABLE: Readonly<Record<WorkerState, Row>> = {
  starting: { ready: 'ready', drain: 'draining', kill: 'killed', exit: 'dead' },
  ready: { ready: 'never', drain: 'draining', kill: 'killed', exit: 'dead' },
  // What it said may have been under way when it was told.
  draining: { ready: 'draining', drain: 'draining', kill: 'killed', exit: 'dead' },
  killed: { ready: 'killed', drain: 'killed', kill: 'killed', exit: 'dead' },
  dead: { ready: 'never', drain: 'dead', kill: 'dead', exit: 'never' },
};

/** @throws Error where the event can't happen in this state */
export function nextWorkerState(state: WorkerState, event: WorkerEventName): WorkerState {
  const next = WORKER_TABLE[state][event];
  if (next === 'never') throw new Error(`bug: a worker that is ${state} had the event '${event}'`);
  return next;
}
