// Which productions of the grammar, and which of the checks behind it, an input has exercised. A
// property that never reaches a rule proves nothing about it: the tests ask here what was reached,
// and fail where something was not.

/** One production: how often it was tried, and how often some text matched it. */
export interface Production {
  readonly name: string;
  tried: number;
  matched: number;
}

const productions = new Map<string, Production>();
const checks = new Map<string, number>();

/** Takes up a production; each is defined once. */
export function registerProduction(name: string): Production {
  if (productions.has(name)) throw new Error(`The production ${name} is defined twice.`);
  const production: Production = { name, tried: 0, matched: 0 };
  productions.set(name, production);
  return production;
}

/** Takes up a check by name, as yet without a hit. */
export function registerCheck(name: string): void {
  checks.set(name, 0);
}

/** Counts that `name` found a fault. */
export function hitCheck(name: string): void {
  checks.set(name, (checks.get(name) ?? 0) + 1);
}

/** Every production with its counts, in the order of definition. */
export function productionCounts(): readonly Readonly<Production>[] {
  return [...productions.values()].map((production) => ({ ...production }));
}

/** How often each check found a fault. */
export function checkCounts(): ReadonlyMap<string, number> {
  return new Map(checks);
}

/** The productions that no text has matched since the last reset. */
export function unmatchedProductions(): string[] {
  return [...productions.values()].filter((one) => one.matched === 0).map((one) => one.name);
}

/** The checks that found nothing since the last reset. */
export function unhitChecks(): string[] {
  return [...checks].filter(([, count]) => count === 0).map(([name]) => name);
}

/** Sets all counts to zero. */
export function resetCoverage(): void {
  for (const production of productions.values()) {
    production.tried = 0;
    production.matched = 0;
  }
  for (const name of checks.keys()) checks.set(name, 0);
}
