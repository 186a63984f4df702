// The fuzz targets, driven by generated inputs; `npm run fuzz` drives them by what they reach.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { minimise, testCase } from '../../fuzz/minimise.js';
import { mutate } from '../../fuzz/mutate.js';
import { chunked } from '../../fuzz/targets/chunked.js';
import { connection } from '../../fuzz/targets/connection.js';
import { framing } from '../../fuzz/targets/framing.js';
import { head } from '../../fuzz/targets/head.js';
import { proxy } from '../../fuzz/targets/proxy.js';
import { Random } from '../../src/testing/index.js';
import { proxyHeaders } from '../reference/generate-proxy-headers.js';
import { chunkedText, validRequests } from '../reference/generate-valid.js';
import { samples } from '../reference/generators.js';
import { latin1Bytes, parseRequests } from '../reference/parse-requests.js';
import { disagreements } from '../support/oracle-agreement.js';
import { type Observed, observe } from '../support/parser-log.js';

function seedsOf(target: string): Uint8Array[] {
  const folder = fileURLToPath(new URL(`../../fuzz/seeds/${target}/`, import.meta.url));
  return readdirSync(folder).map((name) => readFileSync(folder + name));
}

/** Seeds after some of the fuzzer's changes. */
function mutatedSeeds(target: string): fc.Arbitrary<Uint8Array> {
  const seeds = fc.constantFrom(...seedsOf(target));
  return fc
    .tuple(seeds, seeds, fc.integer())
    .map(([one, other, seed]) => mutate(one, other, new Random(seed)));
}

/** The text of valid and other samples without what the target puts in front. */
const texts = (text: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> => text.map(latin1Bytes);
const wholeConnections = texts(samples.map(({ text }) => text));
const behindTheFirstLine = texts(
  validRequests.map((text) => text.replace(/^(\r\n)*[^\r\n]*\r\n/, '')),
);
const manner = fc.nat({ max: 255 }).map((byte) => String.fromCharCode(byte));

const INPUTS: readonly (readonly [
  name: string,
  target: (bytes: Uint8Array) => void | Promise<void>,
  inputs: fc.Arbitrary<Uint8Array>,
  runs: number,
])[] = [
  ['head', head, wholeConnections, 700],
  ['framing', framing, behindTheFirstLine, 700],
  ['chunked', chunked, texts(chunkedText), 700],
  ['proxy', proxy, texts(proxyHeaders), 700],
  [
    'connection',
    connection,
    texts(fc.tuple(manner, samples).map(([byte, { text }]) => byte + text)),
    400,
  ],
];

describe.each(INPUTS)('the target %s', (name, target, generated, runs) => {
  test('holds for its seeds', async () => {
    for (const seed of seedsOf(name)) await target(seed);
  });

  // Law: for any bytes whatever, no invariant breaks.
  test('holds for any bytes, for messages and for seeds with changes', { timeout: 240_000 }, () =>
    fc.assert(
      fc.asyncProperty(
        fc.oneof(
          { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }) },
          { weight: 3, arbitrary: generated },
          { weight: 4, arbitrary: mutatedSeeds(name) },
        ),
        async (bytes) => target(bytes),
      ),
      { numRuns: runs },
    ),
  );
});

describe('what the targets rest on', () => {
  test('an observation that was tampered with agrees with the oracle no longer', () => {
    const text = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhiGET';
    const bytes = latin1Bytes(text);
    const seen = observe([bytes]);
    const reference = parseRequests(bytes, { fin: false });
    expect(disagreements(seen, reference)).toEqual([]);
    const [first] = seen.messages;
    if (first === undefined) throw new Error('no message was observed');
    const tampered: Observed[] = [
      { ...seen, messages: [] },
      { ...seen, messages: [{ ...first, content: 'ho' }] },
      { ...seen, messages: [{ ...first, end: 3 }] },
      { ...seen, messages: [first, first] },
      { ...seen, fault: { code: 'x', status: 400, offset: 0 } },
      { ...seen, open: first },
    ];
    for (const one of tampered) expect(disagreements(one, reference)).not.toEqual([]);
  });

  test('mutations are the same for the same seed, and stay bounded', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), fc.integer(), (one, other, seed) => {
        const changed = mutate(one, other, new Random(seed));
        expect(changed.length).toBeLessThanOrEqual(1024);
        expect(mutate(one, other, new Random(seed))).toEqual(changed);
      }),
    );
  });

  test('a failing input is made as small and plain as it can be', async () => {
    const fails = async (bytes: Uint8Array): Promise<boolean> => /X.*Y/s.test(latin1Of(bytes));
    const input = latin1Bytes(`${'ab\r\n'.repeat(30)}X${'\0\xff'.repeat(40)}Yrest`);
    expect(latin1Of(await minimise(input, fails))).toBe('XY');
    const needsFive = async (bytes: Uint8Array): Promise<boolean> => bytes.length >= 5;
    expect(latin1Of(await minimise(input, needsFive))).toBe('aaaaa');
  });

  test('a failing input is printed as a test that is JavaScript', () => {
    const bytes = latin1Bytes('\0\r\n\t\'"\\\x7f\x80\xff`$ {a}');
    const code = testCase('head', bytes, 'why\nat …');
    expect(code).toContain('// why\n');
    const literal = /Buffer\.from\(('.*'), 'latin1'\)/.exec(code)?.[1] as string;
    expect(latin1Bytes(Function(`return ${literal}`)())).toEqual(bytes);
  });
});

function latin1Of(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
