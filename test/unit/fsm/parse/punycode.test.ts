// Punycode: the samples of the RFC, and near misses of them.

import { expect, test } from 'vitest';
import { mayBeInName } from '../../../../src/fsm/parse/host-name.js';
import { isPunycode } from '../../../../src/fsm/parse/punycode.js';
import { decodePunycode } from '../../../reference/url-host.js';
import { bytesOf } from '../../../support/split-bytes.js';

/** RFC 3492 §7.1, without the last one, which is plain; and each in small letters alone. */
const SAMPLES: readonly string[] = [
  'egbpdaj6bu4bxfgehfvwxn',
  'ihqwcrb4cv8a8dqg056pqjye',
  'ihqwctvzc91f659drss3x8bo0yb',
  'Proprostnemluvesky-uyb24dma41a',
  '4dbcagdahymbxekheh6e0a7fei0b',
  'i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd',
  'n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa',
  '989aomsvi5e83db1d2a355cv1e0vak1dwrv93d5xbh15a0dt30a5jpsd879ccm6fea98c',
  'b1abfaaepdrnnbgefbaDotcwatmq2g4l',
  'PorqunopuedensimplementehablarenEspaol-fmd56a',
  'TisaohkhngthchnitingVit-kjcr8268qyxafd2f1b9g',
  '3B-ww4c5e180e575a65lsy2b',
  '-with-SUPER-MONKEYS-pc58ag80a8qai00g7n9n',
  'Hello-Another-Way--fc4qua05auwb3674vfr0b',
  '2-u9tlzr9756bt3uc0v',
  'MajiKoi5-783gue6qz075azm5e',
  'de-jg4avhby1noc0d',
  'd9juau41awczczp',
];

/** Among bytes that would lengthen it: it ends where it is said to end. */
function isOne(text: string): boolean {
  return isPunycode(bytesOf(`-a${text}a-`), 2, 2 + text.length);
}

test.each(SAMPLES)('%s is punycode, in large letters and in small ones', (sample) => {
  expect([sample, sample.toLowerCase(), sample.toUpperCase()].map(isOne)).toEqual([
    true,
    true,
    true,
  ]);
});

// The bias goes on from 455 in one step, from 456 in two (RFC 3492 §6.1).
test('the characters behind a step of exactly 455 are read right', () => {
  expect(isOne('ab-d9b24ew5b')).toBe(true);
  expect(decodePunycode('ab-d9b24ew5b')).toBe('abαѧպ');
});

test.each([
  ['nothing', ''],
  ['a delimiter alone', '-'],
  ['plain letters and a delimiter', 'abc-'],
  ['a number that does not end', 'tda9'],
  ['a byte that is no digit', 'td_a'],
  ['a byte beyond US-ASCII among the digits', 'td\xe1'],
  ['a character far beyond the last one', '99999999'],
  ['the character behind the last one', 'en32g'],
])('%s is none', (_what, text) => {
  expect(isOne(text)).toBe(false);
});

// For each sample with one character changed, taken out or put in twice: the reference decodes it, or it is none.
test('near misses are what the RFC says that they are', () => {
  let valid = 0;
  let invalid = 0;
  for (const sample of SAMPLES) {
    for (let i = 0; i < sample.length; i++) {
      for (const other of ['', 'a', 'z', '0', '9', '-', '!', sample.slice(i, i + 1).repeat(2)]) {
        const text = sample.slice(0, i) + other + sample.slice(i + 1);
        const decoded = decodePunycode(text);
        const expected =
          decoded !== undefined &&
          [...decoded].every((one) => one < '\x80' || mayBeInName(one.codePointAt(0) as number));
        expect([text, isOne(text)]).toEqual([text, expected]);
        if (expected) valid++;
        else invalid++;
      }
    }
  }
  expect([valid > 500, invalid > 500]).toEqual([true, true]);
});
