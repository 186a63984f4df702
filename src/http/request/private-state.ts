// `fetch(request)` and `new Request(request)` read what a native Request keeps to itself, and ours
// has none of it. Node 20 and 22 keep it behind a symbol, so what reads it can be told what to do.
// Later ones keep it in a private field, which nothing else can have: there, Node's error is thrown.

/** Has the state of `prototype`'s objects, asked for by Node itself, answer with an error that helps. */
export function explainState(prototype: object): void {
  const native = new Request('http://sluice.invalid/');
  for (const symbol of Object.getOwnPropertySymbols(native)) {
    if (symbol.description !== 'state') continue;
    Object.defineProperty(prototype, symbol, { configurable: true, get: refuse });
  }
}

function refuse(): never {
  throw new TypeError(
    'fetch(request) and new Request(request) read state that only a native Request has: give them request.clone()',
  );
}
