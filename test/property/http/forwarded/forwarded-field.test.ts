// The reader of `Forwarded` and the grammar of RFC 7239.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { forwardedElements } from '../../../../src/http/forwarded/forwarded-field.js';
import { forName, nodeName } from '../../../../src/http/forwarded/node.js';
import { trimOWS } from '../../../reference/fields.js';
import { parameterOf, referenceElements, referenceNode } from '../../../reference/forwarded.js';
import { ipv4, ipv6 } from '../../../reference/generate-proxy-headers.js';

const pieces = fc.constantFrom(
  ...['for', 'For', 'proto', 'host', 'by', 'x', '=', '=', ';', ',', ', ', ' ', '\t', '"', '"a"'],
  ...[
    '"\\""',
    '"a,b;c=d"',
    '\\',
    '1.2.3.4',
    '"[::1]:80"',
    '_a',
    'http',
    '\x80',
    '"\xff"',
    '\0',
    '(',
    '',
  ],
);
const value = fc.oneof(
  fc.constantFrom('a', '_hidden', 'unknown', 'https', '"a b"', '"[2001:db8::1]:47011"', '""'),
  fc.string({ maxLength: 6 }).map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`),
  ipv4,
);
const pair = fc
  .tuple(fc.constantFrom('for', 'FOR', 'by', 'proto', 'host', 'x'), value)
  .map((p) => p.join('='));
const element = fc
  .array(fc.oneof({ weight: 6, arbitrary: pair }, fc.constant('')), { maxLength: 4 })
  .map((pairs) => pairs.join(';'));
const lines = fc.oneof(
  fc.array(element, { minLength: 1, maxLength: 4 }).map((elements) => elements.join(', ')),
  fc.array(pieces, { maxLength: 12 }).map((some) => some.join('')),
  fc.array(fc.oneof(element, pieces), { maxLength: 6 }).map((some) => some.join(',')),
);

// Law: a line is read where, and only where, the grammar has it, and what is read is what it says.
test('reads what the grammar has, and nothing else', () => {
  let read = 0;
  fc.assert(
    fc.property(lines, (text) => {
      // The value of a field line has no blanks around it.
      const line = trimOWS(text);
      const expected = referenceElements(line)?.map((one) => ({
        for: parameterOf(one, 'for'),
        host: parameterOf(one, 'host'),
        proto: parameterOf(one, 'proto'),
        repeats: new Set(one.pairs.map(([name]) => name)).size < one.pairs.length,
      }));
      expect(forwardedElements(line)).toEqual(expected);
      if (expected !== undefined && expected.length > 0) read++;
    }),
    { numRuns: 4000 },
  );
  expect(read).toBeGreaterThan(800);
});

// Law: a node is what RFC 7239 §6 has, with its port taken off and its address in canonical text.
test('names the nodes that the grammar has', () => {
  const port = fc.constantFrom(
    '',
    '',
    ':0',
    ':47011',
    ':123456',
    ':',
    ':_p',
    ':_',
    ':x',
    ' ',
    ':1:2',
  );
  const name = fc.oneof(
    ipv4,
    ipv6.map((text) => `[${text}]`),
    ipv6,
    fc.constantFrom(
      'unknown',
      'Unknown',
      '_a',
      '_A.b_c-9',
      '_',
      '_a b',
      'a',
      '',
      '[',
      '[]',
      '[1.2.3.4]',
      '01.2.3.4',
    ),
  );
  fc.assert(
    fc.property(name, port, (node, suffix) => {
      const text = node + suffix;
      const expected = referenceNode(text);
      expect(nodeName(text)).toBe(expected);
      if (expected !== undefined) expect(forName(text)).toBe(expected);
    }),
    { numRuns: 3000 },
  );
});
