// What every server process does: it takes `<options as JSON>`, tells its port in a line of JSON, says what
// it holds in memory when asked for it, and goes when its parent goes. Runs on Node, Bun and Deno.

import process from 'node:process';

/** @param listen - takes `{ handler, … }` of the options, gives the port */
export async function begin(listen) {
  const port = await listen(JSON.parse(process.argv[2] ?? '{}'));
  process.stdout.write(`${JSON.stringify({ port })}\n`);
  process.stdin.on('data', () => {
    collectGarbage();
    process.stdout.write(`${JSON.stringify({ memory: process.memoryUsage() })}\n`);
  });
  process.stdin.on('end', () => process.exit());
}

function collectGarbage() {
  if (typeof globalThis.Bun === 'object') globalThis.Bun.gc(true);
  // Twice: what a first one finalizes, a second one frees.
  else for (let i = 0; i < 2; i++) globalThis.gc?.();
}
