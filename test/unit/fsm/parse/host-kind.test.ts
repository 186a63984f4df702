// Whether a host is plain, or Unicode has to allow its name, and where it ends.

import { describe, expect, test } from 'vitest';
import {
  HOST_INTERNATIONAL,
  HOST_NONE,
  HOST_PLAIN,
  hostKind,
} from '../../../../src/fsm/parse/uri-host.js';
import { bytesOf } from '../../../support/split-bytes.js';

describe('the kind of a name', () => {
  test.each([
    // Beside punycode, in labels of their own.
    ...['xn--tda.%c3%bc', '%c3%bc.xn--tda', 'xn--%74da.%c3%bc', '%c3%bc.xn--%74da.a'],
    ...['xn--td%61', 'xn--%7aca', 'xn--%5Aca'],
  ])('%s is for Unicode to allow', (text) => {
    expect(hostKind(bytesOf(text), 0, text.length)).toBe(HOST_INTERNATIONAL);
  });

  test.each(['xm--tda', 'xn-atda', 'yn--tda', 'xna-tda', 'axn--tda'])('%s is plain', (text) => {
    expect(hostKind(bytesOf(text), 0, text.length)).toBe(HOST_PLAIN);
  });

  test.each([
    ['xn--', 3, HOST_PLAIN],
    ['a.', 1, HOST_PLAIN],
    ['%41 x:', 3, HOST_PLAIN],
    ['[::1]:', 4, HOST_NONE],
  ])('in %j is that of its first %i bytes', (text, to, kind) => {
    expect(hostKind(bytesOf(text), 0, to)).toBe(kind);
  });
});
