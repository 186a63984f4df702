import { describe, expect, test } from 'vitest';
import { Fault } from '../../../../src/fsm/faults.js';
import { limitsFrom } from '../../../../src/fsm/limits.js';
import { FIELD_STRIDE } from '../../../../src/fsm/parse/head.js';
import { type HeadRules, STRICT_RULES } from '../../../../src/fsm/parse/head-check.js';
import { READ_HEAD, RequestReader } from '../../../../src/fsm/parse/request-reader.js';
import { bytesOf, readLog } from '../../../support/split-bytes.js';

interface Line {
  readonly line?: string;
  readonly version?: string;
  /** Left out: `Host: a`. */
  readonly host?: readonly string[];
}

/** What a head with these field lines is told to be, without its offset, fields and line: for every split. */
function told(lines: readonly string[], { line, version = '1.1', host }: Line = {}): string {
  const fields = [...(host ?? ['Host: a']), ...lines].map((field) => `${field}\r\n`).join('');
  const text = `${line ?? 'GET /'} HTTP/${version}\r\n${fields}\r\n`;
  return (readLog(text)[0] as string).replace(/^@\d+ (fault )?/, '').replace(/^head .*\) /, '');
}

describe('Host (RFC 9112 §3.2)', () => {
  test.each([
    ['1.1', [], 'hostMissing'],
    ['1.2', [], 'hostMissing'],
    ['1.0', [], 'none close'],
    ['1.0', ['Host: a'], 'none close'],
    ['1.0', ['Host:'], 'hostInvalid'],
    ['1.0', ['Host: a', 'Host: a'], 'hostRepeated'],
    ['1.1', ['Host: a', 'Host: a'], 'hostRepeated'],
    ['1.1', ['hOST: a', 'HoSt: b', 'host: c'], 'hostRepeated'],
    ['1.1', ['Host:'], 'hostInvalid'],
    ['1.1', ['Host: \t'], 'hostInvalid'],
    ['1.1', ['Host: a b'], 'hostInvalid'],
    ['1.1', ['Host: http://a'], 'hostInvalid'],
    ['1.1', ['Host: u@a'], 'hostInvalid'],
    ['1.1', ['Host: a:b'], 'hostInvalid'],
    ['1.1', ['Host: [::1]:80'], 'none'],
    ['1.1', ['HOST: a:80'], 'none'],
    ['1.1', ['Hosx: a'], 'hostMissing'],
  ])('HTTP/%s with %j', (version, host, expected) => {
    expect(told([], { version, host })).toBe(expected);
  });

  test('is needed beside a target in absolute-form, which it need not equal', () => {
    expect(told([], { line: 'GET http://b/', host: [] })).toBe('hostMissing');
    expect(told([], { line: 'GET http://b/', host: ['Host: c'] })).toBe('none');
  });

  test('its place among the fields is known', () => {
    const reader = new RequestReader(limitsFrom());
    const bytes = bytesOf(
      'GET / HTTP/1.1\r\nA: b\r\nC: d\r\nHost: a\r\n\r\nGET / HTTP/1.0\r\n\r\n',
    );
    expect(reader.read(bytes, 0, bytes.length)).toBe(READ_HEAD);
    expect(reader.head.hostField).toBe(2 * FIELD_STRIDE);
    expect(reader.read(bytes, reader.at, bytes.length)).toBe(READ_HEAD);
    expect(reader.head.hostField).toBe(-1);
  });
});

describe('Connection (RFC 9110 §7.6.1, RFC 9112 §9.3)', () => {
  test.each([
    ['1.1', [], ''],
    ['1.1', ['close'], ' close'],
    ['1.1', ['Close'], ' close'],
    ['1.1', ['keep-alive'], ''],
    ['1.1', ['keep-alive, close'], ' close'],
    ['1.1', ['close, keep-alive'], ' close'],
    ['1.1', ['x', 'y, close'], ' close'],
    ['1.1', [' \tx ,\t close \t, z'], ' close'],
    ['1.1', [',,close,'], ' close'],
    ['1.1', ['close,'], ' close'],
    ['1.1', ['', ','], ''],
    ['1.1', ['closed', 'xclose', 'clos', 'close x', '"close"', 'close;'], ''],
    ['1.2', [], ''],
    ['1.0', [], ' close'],
    ['1.0', ['keep-alive'], ''],
    ['1.0', ['Keep-Alive'], ''],
    ['1.0', ['x, keep-alive'], ''],
    ['1.0', ['keep-alive', 'close'], ' close'],
    ['1.0', ['keep-alivex'], ' close'],
    ['1.0', ['keep\ralive'], 'bareCr'],
    ['1.0', ['keep\x0ealive'], 'fieldValueInvalid'],
  ])('HTTP/%s with %j', (version, values, expected) => {
    const lines = values.map((value) => `Connection: ${value}`);
    const result = told(lines, { version });
    expect(result).toBe(expected === '' || expected === ' close' ? `none${expected}` : expected);
  });

  test.each([
    ['1.1', 'keep-alive', true],
    ['1.0', 'keep-alive', true],
    ['1.1', 'x', false],
    ['1.1', 'keep-alive, close', false],
    ['1.0', 'close', false],
  ])('asked for to be kept: HTTP/%s with %j is %j', (version, options, isAsked) => {
    const reader = new RequestReader(limitsFrom());
    const bytes = bytesOf(`GET / HTTP/${version}\r\nHost: a\r\nConnection: ${options}\r\n\r\n`);
    expect(reader.read(bytes, 0, bytes.length)).toBe(READ_HEAD);
    expect(reader.head.keepAliveAsked).toBe(isAsked);
  });

  test('other fields of that length are no part of it', () => {
    expect(told(['Connectiox: close', 'Xonnection: close'])).toBe('none');
  });
});

describe('Expect (RFC 9110 §10.1.1)', () => {
  test.each([
    ['1.1', ['100-continue'], 'none expects'],
    ['1.1', ['100-Continue'], 'none expects'],
    ['1.1', ['100-continue', '100-continue'], 'none expects'],
    ['1.1', ['100-continue , 100-CONTINUE,'], 'none expects'],
    ['1.1', [''], 'none'],
    ['1.1', [' ,\t, '], 'none'],
    ['1.1', ['', '100-continue'], 'none expects'],
    ['1.1', ['100-continue', ''], 'none expects'],
    ['1.1', ['200-ok'], 'expectationUnknown'],
    ['1.1', ['"100-continue"'], 'expectationUnknown'],
    ['1.1', ['100-continue 100-continue'], 'expectationUnknown'],
    ['1.1', ['x, 100-continue'], 'expectationUnknown'],
    ['1.1', ['100-continue, x'], 'expectationUnknown'],
    ['1.1', ['100-continue;a=b'], 'expectationUnknown'],
    ['1.1', ['100-continue', 'x'], 'expectationUnknown'],
    ['1.1', ['x', '100-continue'], 'expectationUnknown'],
    ['1.1', ['100\rcontinue'], 'bareCr'],
    ['1.0', ['100-continue'], 'none close'],
    ['1.0', ['x'], 'none close'],
  ])('HTTP/%s with %j', (version, values, expected) => {
    expect(
      told(
        values.map((value) => `Expect: ${value}`),
        { version },
      ),
    ).toBe(expected);
  });

  test('other fields, before and behind, are no part of it', () => {
    expect(told(['Expecx: y', 'Expect: 100-continue', 'Expecx: z', 'A: b'])).toBe('none expects');
    expect(told(['Expecx: y'])).toBe('none');
  });
});

describe('Upgrade (RFC 9110 §7.8)', () => {
  test.each([
    ['1.1', ['Connection: upgrade', 'Upgrade: websocket'], 'none upgrade'],
    ['1.1', ['Upgrade: h2c', 'Connection: x, Upgrade'], 'none upgrade'],
    ['1.1', ['Upgrade: websocket'], 'none'],
    ['1.1', ['Connection: upgrade'], 'none'],
    ['1.1', ['Connection: upgrades', 'Upgrade: websocket'], 'none'],
    ['1.1', ['Connection: upgrade', 'Upgradx: websocket'], 'none'],
    ['1.1', ['Connection: upgrade, close', 'Upgrade: websocket'], 'none close upgrade'],
    ['1.0', ['Connection: upgrade', 'Upgrade: websocket'], 'none close'],
  ])('HTTP/%s with %j', (version, lines, expected) => {
    expect(told(lines, { version })).toBe(expected);
  });
});

describe('CONNECT (RFC 9110 §9.3.6)', () => {
  test('is declined once its head is known to be valid', () => {
    expect(told([], { line: 'CONNECT a:1' })).toBe('connectUnsupported');
    expect(told([], { line: 'CONNECT a:1', host: [] })).toBe('hostMissing');
    expect(told(['Expect: x'], { line: 'CONNECT a:1' })).toBe('expectationUnknown');
    expect(told(['Content-Length: x'], { line: 'CONNECT a:1' })).toBe('contentLengthInvalid');
  });

  test.each([
    ['CONNECT a:1', [], Fault.none],
    ['CONNECT a:1', ['Content-Length: 0'], Fault.none],
    ['CONNECT a:1', ['Content-Length: 1'], Fault.connectContent],
    ['CONNECT a:1', ['Transfer-Encoding: chunked'], Fault.connectContent],
    ['CONNECT xn--a:1', [], Fault.targetInvalid],
    ['CONNECT xn--tda:1', [], Fault.none],
    ['CONNECT a%C3%BC:1', [], Fault.none],
    ['CONNECT 1.2.3.4.5:1', [], Fault.targetInvalid],
    ['CONNECT a', [], Fault.targetInvalid],
    ['GET /', ['Content-Length: 1'], Fault.none],
  ])('where it is offered, %s with %j', (line, lines, fault) => {
    const text = `${[`${line} HTTP/1.1`, 'Host: a', ...lines].join('\r\n')}\r\n\r\n`;
    const bytes = Buffer.from(text, 'latin1');
    const rules = { ...STRICT_RULES, connect: true };
    const reader = new RequestReader(limitsFrom({}), URL.canParse, rules);
    const signal = reader.read(bytes, 0, bytes.length);
    expect([reader.fault, signal === READ_HEAD]).toEqual([fault, fault === Fault.none]);
  });
});

describe('what is left to those who answer', () => {
  const read = (lines: readonly string[], rules: Partial<HeadRules>): number => {
    const text = `${['GET / HTTP/1.1', ...lines].join('\r\n')}\r\n\r\n`;
    const bytes = Buffer.from(text, 'latin1');
    const reader = new RequestReader(limitsFrom({}), URL.canParse, { ...STRICT_RULES, ...rules });
    reader.read(bytes, 0, bytes.length);
    return reader.fault;
  };

  test('a request without Host, where none is required; a wrong one is a fault all the same', () => {
    expect(read([], {})).toBe(Fault.hostMissing);
    expect(read([], { requiresHost: false })).toBe(Fault.none);
    expect(read(['Host: a b'], { requiresHost: false })).toBe(Fault.hostInvalid);
  });

  test('an expectation that is not 100-continue', () => {
    const lines = ['Host: a', 'Expect: x'];
    expect(read(lines, {})).toBe(Fault.expectationUnknown);
    expect(read(lines, { leavesExpectations: true })).toBe(Fault.none);
  });
});

describe('of several faults', () => {
  test('that of the first line comes first', () => {
    const twice = ['Content-Length: 5', 'Content-Length: 5'];
    expect(told(twice, { host: ['Host: a', 'Host: b'] })).toBe('hostRepeated');
    expect(told(['Host: b'], { host: [...twice, 'Host: a'] })).toBe('contentLengthRepeated');
    expect(told(['Content-Length: x', 'Expect: x'], { host: ['Host:'] })).toBe('hostInvalid');
    expect(told(['Host:'], { host: ['Content-Length: x'] })).toBe('contentLengthInvalid');
  });

  test('what the whole head lacks comes behind that: a host, a framing, a known expectation', () => {
    const coding = 'Transfer-Encoding: gzip';
    expect(told(['Expect: x', coding, 'Content-Length: 5'], { host: [] })).toBe('lengthAndCoding');
    expect(told(['Expect: x', coding], { host: [] })).toBe('hostMissing');
    expect(told(['Expect: x', coding])).toBe('codingNotChunked');
    expect(told(['Expect: x'])).toBe('expectationUnknown');
  });
});

describe('the place of a fault', () => {
  test('of a line is its end, which is all that must have come', () => {
    const start = 'GET / HTTP/1.1\r\n';
    for (const lines of [
      'Host: a\r\nHost: a\r\n',
      'Host:\r\n',
      'Content-Length: x\r\n',
      'Content-Length: 5\r\nContent-Length: 5\r\n',
      'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n',
      'Transfer-Encoding: chunked\r\nContent-Length: 5\r\n',
      'Transfer-Encoding: chunked, chunked\r\n',
      'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n',
    ]) {
      const text = start + lines;
      expect([lines, readLog(text)[0]]).toEqual([
        lines,
        expect.stringMatching(new RegExp(`^@${text.length} fault (?!headTruncated)`)),
      ]);
      expect(readLog(`${text}A: b\r\n\r\n`)).toEqual(readLog(text));
      expect(readLog(text.slice(0, -1))[0]).toContain('headTruncated');
    }
  });

  test('of what another line could mend is the end of the head', () => {
    for (const lines of ['A: b\r\n', 'Host: a\r\nTransfer-Encoding: \r\n']) {
      const text = `GET / HTTP/1.1\r\n${lines}`;
      expect(readLog(text)[0]).toContain('headTruncated');
      expect(readLog(`${text}\r\n`)[0]).toMatch(
        new RegExp(`^@${text.length + 2} fault (hostMissing|codingInvalid)$`),
      );
    }
  });
});
