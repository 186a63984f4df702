// `fetch(request)` and `new Request(request)` read what a native Request keeps to itself, and ours
// has none of it. Node 20 and 22 keep it behind a symbol, so what reads it can be told what to do.
// Later ones keep it in a private field, which nothing else can have: there, Node's error is thrown.

/** Has the state of `prototype`'s objects, asked for by Node itself, answer with an error that helps. */
export function explainState(prototype: object): void {
  const symbol = stateSymbol();
  if (symbol !== undefined)
    Object.defineProperty(prototype, symbol, { configurable: true, get: refuse });
}

/**
 * The symbol behind which Node keeps the state, where it does: an accessor of the platform's own
 * looks it up in an object that tells. A Request would have it too, but constructing one takes
 * longer than all else that a first request needs.
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
    // The object has no state: it was only asked for it.
  }
  return found;
}

function refuse(): never {
  throw new TypeError(
    'fetch(request) and new Request(request) read state that only a native Request has: give them request.clone()',
  );
}
