/** Lets promises settle that wait for nothing but each other. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await null;
}

/** Lets so many turns of the real event loop pass. */
export async function loopTurns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets turns pass until this holds; gives up after 15 s, before the test's own end leaves it spinning. */
export async function loopUntil(holds: () => boolean): Promise<void> {
  const end = performance.now() + 15_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`it never held: ${holds}`);
    await loopTurns(1);
  }
}
