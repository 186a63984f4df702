// The cells of the transition tables. A table is total by type: a state or event without a cell does not
// compile.

/** The event leads to the state `to`. The driver must do `action`. */
export interface Go<State extends string, Action extends string> {
  readonly kind: 'go';
  readonly to: State;
  readonly action: Action | undefined;
}

/** The event is ignored here, on purpose. */
export interface Stay {
  readonly kind: 'stay';
}

/** The event can't happen here. If it does, sluice has a bug. */
export interface Never {
  readonly kind: 'never';
}

export type Cell<State extends string, Action extends string> = Go<State, Action> | Stay | Never;

/** One half-machine: a cell for each of its states and each event that it hears. */
export type Table<State extends string, Event extends string, Action extends string> = {
  readonly [state in State]: { readonly [event in Event]: Cell<State, Action> };
};

export function go<State extends string, Action extends string>(
  to: State,
  action?: Action,
): Go<State, Action> {
  return { kind: 'go', to, action };
}

export const stay: Stay = { kind: 'stay' };
export const never: Never = { kind: 'never' };
