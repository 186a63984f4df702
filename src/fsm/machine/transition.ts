// The vocabulary of the transition tables: what a cell may say. A table is total
// by type: a state or event without a cell does not compile.

/** The event leads to `to`; `action` is an order to the driver. */
export interface Go<State extends string, Action extends string> {
  readonly kind: 'go';
  readonly to: State;
  readonly action: Action | undefined;
}

/** The event is ignored here, on purpose. */
export interface Stay {
  readonly kind: 'stay';
}

/** The event can't happen here: if it does, sluice is wrong. */
export interface Never {
  readonly kind: 'never';
}

export type Cell<State extends string, Action extends string> = Go<State, Action> | Stay | Never;

/** What one half-machine does in each of its states on each event that it hears. */
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
