// Makes a failing input small, and a test of it.

/** Pieces are tried for removal from half of the input down to single bytes. */
export async function minimise(
  bytes: Uint8Array,
  fails: (bytes: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> {
  let best = bytes;
  for (let size = Math.ceil(best.length / 2); size > 0; size = size === 1 ? 0 : size >> 1) {
    for (let from = 0; from < best.length; ) {
      const without = Buffer.concat([best.subarray(0, from), best.subarray(from + size)]);
      if (await fails(without)) best = without;
      else from += size;
    }
  }
  // What remains is needed at its place; let it at least be plain.
  for (let at = 0; at < best.length; at++) {
    for (const plain of [0x61, 0x30]) {
      if (best[at] === 0x61 || best[at] === 0x30) break;
      const simpler = Uint8Array.from(best);
      simpler[at] = plain;
      if (await fails(simpler)) best = simpler;
    }
  }
  return best;
}

/** A test that fails as the input does, ready to be put into `test/property/fuzz-found.test.ts`. */
export function testCase(target: string, bytes: Uint8Array, failure: string): string {
  const text = JSON.stringify(Buffer.from(bytes).toString('latin1'))
    .replace(/[\x7f-\xff]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`)
    .replace(/\\u00/g, '\\x')
    .replace(/'/g, "\\'")
    .replace(/\\"/g, '"')
    .slice(1, -1);
  return [
    "import { expect, test } from 'vitest';",
    `import { ${target} } from '../../fuzz/targets/${target}.js';`,
    '',
    `// ${failure.split('\n')[0]?.slice(0, 90)}`,
    `test('${target}: what the fuzzer found', async () => {`,
    `  const bytes = Buffer.from('${text}', 'latin1');`,
    `  await expect((async () => ${target}(bytes))()).resolves.toBeUndefined();`,
    '});',
    '',
  ].join('\n');
}
