// `fetch(request)` and `new Request(request)` read the private state of a native Request. Our
// requests have no such state. Node 20 and 22 keep it behind a symbol, so a getter can throw a
// helpful error. Later versions keep it in a private field, which no other class can have. There,
// Node's own error is thrown.

/** Makes objects of `prototype` throw a helpful error when Node reads their private state. */
export function explainState(prototype: object): void {
  const symbol = stateSymbol();
  if (symbol !== undefined)
    Object.defineProperty(prototype, symbol, { configurable: true, get: refuse });
}

/**
 * The symbol behind which Node keeps the state, if it does. An accessor of the platform looks the
 * symbol up in a proxy, which records it. Constructing a Request would show the symbol too. But
 * that takes longer than everything else in a first request.
 */
function stateSymbol(): symbol | undefined {
  let found: symbol | undefined;
  const teller = new Proxy<object>(Object.create(Request.prototype) as object, {
    get(_target, key) {
      if (typeof key === 'symbol' && key.description === 'state') found = key;
      return undefined;
    },
  });
  try {
    Reflect.get(Request.prototype, 'method', teller);
  } catch {
    // The proxy has no state, so the accessor may throw.
  }
  return found;
}

function refuse(): never {
  throw new TypeError(
    'fetch(request) and new Request(request) read state that only a native Request has: give them request.clone()',
  );
}
