import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RequestHeaders } from '../../../../src/http/request/request-headers.js';
import { headOf } from '../../../support/request-of.js';

const TOKEN = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const name = fc.oneof(
  fc.constantFrom('a', 'A', 'b', 'Cookie', 'cookie', 'Set-Cookie', 'set-cookie', 'x~', 'x^'),
  fc.string({ unit: fc.constantFrom(...TOKEN), minLength: 1, maxLength: 6 }),
);
const value = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\t', ' ', ','),
    fc.integer({ min: 0x21, max: 0x7e }).map((c) => String.fromCharCode(c)),
    fc.integer({ min: 0x80, max: 0xff }).map((c) => String.fromCharCode(c)),
  ),
  maxLength: 8,
});

/** Names that concern the message itself would be refused before a head is made. */
const SPECIAL = /^(?:host|content-length|transfer-encoding|connection|expect|upgrade)$/i;
const lines = fc.array(
  fc.tuple(
    name.filter((n) => !SPECIAL.test(n)),
    value,
  ),
  { maxLength: 12 },
);

function received(fields: readonly [string, string][]): RequestHeaders {
  const text = fields.map(([n, v]) => `${n}: ${v}\r\n`).join('');
  return new RequestHeaders(headOf(`GET / HTTP/1.0\r\n${text}\r\n`));
}

test('answer as native Headers of the same field lines do', () => {
  fc.assert(
    fc.property(lines, name, (fields, asked) => {
      const native = new Headers();
      for (const [n, v] of fields) native.append(n, v);
      const ours = received(fields);
      expect([...ours]).toEqual([...native]);
      expect([...ours.keys()]).toEqual([...native.keys()]);
      expect([...ours.values()]).toEqual([...native.values()]);
      expect(ours.getSetCookie()).toEqual(native.getSetCookie());
      for (const n of [asked, ...fields.map(([sent]) => sent)]) {
        expect(ours.get(n)).toBe(native.get(n));
        expect(ours.has(n)).toBe(native.has(n));
      }
      // Copied by iteration, a combined value is trimmed: so of native entries, too.
      expect([...new Headers(ours)]).toEqual([...new Headers([...native])]);
    }),
  );
});

test('answer as native Headers do after the same alterations', () => {
  const alteration = fc.tuple(fc.constantFrom('append', 'set', 'delete'), name, value);
  fc.assert(
    fc.property(lines, fc.array(alteration, { minLength: 1, maxLength: 6 }), (fields, all) => {
      const native = new Headers();
      for (const [n, v] of fields) native.append(n, v);
      const ours = received(fields);
      for (const headers of [native, ours]) {
        for (const [method, n, v] of all) {
          if (method === 'append') headers.append(n, v);
          else if (method === 'set') headers.set(n, v);
          else headers.delete(n);
        }
      }
      expect([...ours]).toEqual([...native]);
      expect(ours.getSetCookie()).toEqual(native.getSetCookie());
    }),
  );
});
