import { describe, expect, test } from 'vitest';
import { Head, isHeadMethod, TARGET_FORMS } from '../../../../src/fsm/parse/head.js';
import { bytesOf } from '../../../support/split-bytes.js';

function isHead(method: string): boolean {
  return isHeadMethod(bytesOf(`xx${method} / HTTP/1.1`), 2, 2 + method.length);
}

test('HEAD is told from other methods, which are case-sensitive (RFC 9110 §9.1)', () => {
  expect(isHead('HEAD')).toBe(true);
  for (const method of ['GET', 'head', 'HEADX', 'HEA', 'XEAD', 'HXAD', 'HEXD', 'HEAX', 'H'])
    expect([method, isHead(method)]).toEqual([method, false]);
});

describe('a head that moves', () => {
  test('has all of its offsets moved with it', () => {
    const head = new Head(bytesOf('xxG / …'));
    head.from = 2;
    head.to = 40;
    head.methodTo = 3;
    head.targetFrom = 4;
    head.targetTo = 5;
    head.fields = [16, 17, 18, 19, 21, 22, 23, 24];
    const elsewhere = new Uint8Array(64);
    head.relocate(elsewhere, 2);
    expect(head.bytes).toBe(elsewhere);
    expect([head.from, head.methodTo, head.targetFrom, head.targetTo, head.to]).toEqual([
      0, 1, 2, 3, 38,
    ]);
    expect(head.fields).toEqual([14, 15, 16, 17, 19, 20, 21, 22]);
  });
});

test('a head begins with nothing concluded', () => {
  const head = new Head(new Uint8Array(0));
  expect(TARGET_FORMS[head.targetForm]).toBe('origin');
  expect(head).toMatchObject({
    from: 0,
    to: 0,
    methodTo: 0,
    targetFrom: 0,
    targetTo: 0,
    versionMinor: 0,
    hostField: -1,
    framing: 0,
    contentLength: 0,
    persistent: true,
    expectsContinue: false,
    upgrade: false,
    fields: [],
  });
});
