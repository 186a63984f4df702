import { describe, expect, test } from 'vitest';
import { faultName } from '../../../../src/fsm/faults.js';
import { limitsFrom } from '../../../../src/fsm/limits.js';
import { HEAD_FAULT, HEAD_MORE, HeadParser } from '../../../../src/fsm/parse/head-parser.js';
import { bytesOf, readLog } from '../../../support/split-bytes.js';

const BYTES: readonly string[] = Array.from({ length: 256 }, (_, c) => String.fromCharCode(c));
const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]/;

/** The last line told of a request line in front of a Host, for every split. */
function ofLine(line: string): string {
  return readLog(`${line}Host: a\r\n\r\n`).at(-1) as string;
}

/** The fault that a request line ends in, with its offset; 'end' where there is none. */
function faultOf(line: string): string {
  const last = ofLine(line);
  return last.endsWith('end') ? 'end' : last.replace('fault ', '');
}

describe('empty lines before a request line (RFC 9112 §2.2)', () => {
  test.each(['\r\n', '\r\n\r\n', '\r\n'.repeat(50)])('%j is ignored', (empty) => {
    const at = empty.length;
    expect(readLog(`${empty}GET / HTTP/1.1\r\nHost: a\r\n\r\n`)).toEqual([
      `@${at + 27} head GET / 1.1 origin (Host: a) none`,
      `@${at + 27} end`,
    ]);
  });

  test('their line ends are held to CRLF like any other', () => {
    expect(faultOf('\nGET / HTTP/1.1\r\n')).toBe('@0 bareLf');
    expect(faultOf('\r\n\nGET / HTTP/1.1\r\n')).toBe('@2 bareLf');
    expect(faultOf('\rGET / HTTP/1.1\r\n')).toBe('@1 bareCr');
    expect(faultOf('\r\r\nGET / HTTP/1.1\r\n')).toBe('@1 bareCr');
    expect(faultOf(' \r\nGET / HTTP/1.1\r\n')).toBe('@0 methodInvalid');
  });

  test('are no part of the head, nor of its size', () => {
    const head = 'GET / HTTP/1.1\r\nHost: a\r\n';
    const full = `${head}A: ${'b'.repeat(64 - head.length - 7)}\r\n\r\n`;
    expect(full).toHaveLength(64);
    expect(readLog('\r\n'.repeat(40) + full, { headBytesMax: 64 }).at(-1)).toBe('@144 end');
  });

  test('do not begin a head', () => {
    const parser = new HeadParser(limitsFrom());
    expect([parser.started, parser.untouched]).toEqual([false, true]);
    expect(parser.parse(bytesOf('\r\n'), 0, 2)).toBe(HEAD_MORE);
    expect([parser.started, parser.untouched]).toEqual([false, false]);
    expect(parser.parse(bytesOf('\r\n\r'), 2, 3)).toBe(HEAD_MORE);
    expect([parser.started, parser.untouched]).toEqual([false, false]);
    expect(parser.parse(bytesOf('\r\n\r\nG'), 3, 5)).toBe(HEAD_MORE);
    expect([parser.started, parser.untouched]).toEqual([true, false]);
    parser.reset();
    expect([parser.started, parser.untouched]).toEqual([false, true]);
    expect(parser.parse(bytesOf('\n'), 0, 1)).toBe(HEAD_FAULT);
    expect(parser.faultAt).toBe(0);
  });
});

test('no byte behind the given ones is looked at', () => {
  const bytes = bytesOf('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  for (let to = 0; to < bytes.length; to++) {
    const parser = new HeadParser(limitsFrom());
    expect([parser.parse(bytes, 0, to), parser.at]).toEqual([HEAD_MORE, to]);
  }
});

describe('the method (RFC 9112 §3.1)', () => {
  test.each(['GET', 'get', 'G', 'M-SEARCH', "!#$%&'*+-.^_`|~09", 'PRI', 'X'.repeat(300)])(
    '%s is one',
    (method) =>
      expect(readLog(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`)[0]).toContain(` ${method} `),
  );

  test('has tchar bytes only, the first among them', () => {
    for (const c of BYTES) {
      const wrong = c === '\n' ? 'bareLf' : 'methodInvalid';
      const begins = c === '\x16' ? 'tlsHandshake' : wrong;
      // A CR is an empty line's, here one without LF.
      const first = TOKEN.test(c) ? 'end' : c === '\r' ? '@1 bareCr' : `@0 ${begins}`;
      expect([c, faultOf(`${c}ET / HTTP/1.1\r\n`).replace(/@\d+ end/, 'end')]).toEqual([c, first]);
      const inner = TOKEN.test(c) ? 'end' : c === ' ' ? '@2 targetInvalid' : `@1 ${wrong}`;
      expect([c, faultOf(`G${c}T / HTTP/1.1\r\n`)]).toEqual([c, inner]);
    }
  });

  test('is followed by one space', () => {
    expect(faultOf('GET  / HTTP/1.1\r\n')).toBe('@4 targetInvalid');
    expect(faultOf('GET\t/ HTTP/1.1\r\n')).toBe('@3 methodInvalid');
    expect(faultOf('GET\r\n')).toBe('@3 methodInvalid');
    expect(faultOf('GET\n')).toBe('@3 bareLf');
    expect(faultOf(' GET / HTTP/1.1\r\n')).toBe('@0 methodInvalid');
  });
});

describe('the first bytes of another protocol', () => {
  test.each([
    ['\x16\x03\x01\x02\0\x01', '@0 fault tlsHandshake'],
    ['\x16', '@0 fault tlsHandshake'],
    ['\r\n\x16\x03', '@2 fault tlsHandshake'],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '@0 fault prefaceOfHttp2'],
    ['PRI * ', '@0 fault prefaceOfHttp2'],
    ['PRI *\r\n', '@0 fault prefaceOfHttp2'],
    ['PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n', '@0 fault proxyHeader'],
    ['PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n', '@0 fault proxyHeader'],
    ['PROXY UNKNOWN\r\n', '@0 fault proxyHeader'],
    ['PROXY UNKNOWN ', '@0 fault proxyHeader'],
    ['\r\n\r\n\0\r\nQUIT\n!\x11\0\x0c', '@4 fault proxyHeader'],
  ])('%j is told for what it is, in every cut', (text, told) => {
    expect(readLog(text)).toEqual([told]);
  });

  test.each([
    ['GET \x16\x03\x01', '@4 fault targetInvalid'],
    ['\0', '@0 fault methodInvalid'],
    ['\r\n\0', '@2 fault methodInvalid'],
    ['\r\n\r\n\r\n\0', '@6 fault methodInvalid'],
    ['\r\n\r\n\x01', '@4 fault methodInvalid'],
    ['PRI *x ', '@4 fault targetInvalid'],
    ['PRIX * ', '@5 fault targetInvalid'],
    ['pri * ', '@4 fault targetInvalid'],
    ['PRI *\n', '@5 fault bareLf'],
    ['PROXY TCP5 ', '@6 fault targetInvalid'],
    ['PROXY tcp4 ', '@6 fault targetInvalid'],
    ['PROXYX TCP4 ', '@7 fault targetInvalid'],
    ['GET *\r\n', '@5 fault versionInvalid'],
  ])('%j only looks like one', (text, told) => {
    expect(readLog(text)).toEqual([told]);
  });

  test('the empty lines before one request are none of the next', () => {
    const one = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
    expect(readLog(`\r\n${one}\r\n\0`).at(-1)).toBe('@31 fault methodInvalid');
    expect(readLog(`\r\n${one}\r\n\r\n\0`).at(-1)).toBe('@33 fault proxyHeader');
  });
});

describe('the target (RFC 9112 §3.2)', () => {
  test('has visible ASCII without #', () => {
    for (const c of BYTES) {
      const expected = /[!-"$-~]/.test(c)
        ? 'end'
        : c === '\n'
          ? '@6 bareLf'
          : c === '\r'
            ? '@6 versionInvalid'
            : c === ' '
              ? '@7 versionInvalid'
              : '@6 targetInvalid';
      expect([c, faultOf(`GET /a${c}b HTTP/1.1\r\n`)]).toEqual([c, expected]);
    }
  });

  test('without a form is refused at its first byte', () => {
    expect(faultOf('GET a HTTP/1.1\r\n')).toBe('@4 targetInvalid');
    expect(faultOf('GET * HTTP/1.1\r\n')).toBe('@4 targetInvalid');
    expect(faultOf('CONNECT /a HTTP/1.1\r\n')).toBe('@8 targetInvalid');
  });

  test('without a version is HTTP/0.9, which is refused', () => {
    expect(faultOf('GET /\r\n')).toBe('@5 versionInvalid');
    expect(faultOf('GET /\n')).toBe('@5 bareLf');
  });

  test.each([
    ['one below the limit', 9, '@35 end'],
    ['at the limit', 10, '@36 end'],
    ['one above it', 11, '@14 fault targetTooLong'],
    ['far above it', 2000, '@14 fault targetTooLong'],
  ])('%s', (_name, length, last) => {
    const target = `/${'t'.repeat(length - 1)}`;
    const head = `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;
    expect(readLog(head, { targetBytesMax: 10 }).at(-1)).toBe(last);
  });

  test('a target longer than the default limit is refused as soon as that is seen', () => {
    const parser = new HeadParser(limitsFrom());
    const line = bytesOf(`GET /${'t'.repeat(9_000)}`);
    expect(parser.parse(line, 0, 4 + 8192)).toBe(HEAD_MORE);
    expect(parser.parse(line, parser.at, 4 + 8193)).toBe(HEAD_FAULT);
    expect(parser.faultAt).toBe(4 + 8192);
  });
});

describe('the version (RFC 9112 §2.3)', () => {
  test.each(['1.0', '1.1', '1.2', '1.9'])('HTTP/%s is served', (version) => {
    expect(ofLine(`GET / HTTP/${version}\r\n`)).toBe('@27 end');
  });

  test.each(['0.9', '2.0', '3.1', '9.9', '0.0'])('HTTP/%s is refused as unsupported', (version) => {
    expect(faultOf(`GET / HTTP/${version}\r\n`)).toBe('@11 versionUnsupported');
  });

  test.each([
    ['GET / http/1.1\r\n', 6],
    ['GET / HTTp/1.1\r\n', 9],
    ['GET / HTTP1.1\r\n', 10],
    ['GET / HTTP/11\r\n', 12],
    ['GET / HTTP/1\r\n', 12],
    ['GET / HTTP/1.\r\n', 13],
    ['GET / HTTP/1.10\r\n', 14],
    ['GET / HTTP/1.1 \r\n', 14],
    ['GET / HTTP/1.1\t\r\n', 14],
    ['GET / HTTP/ 1.1\r\n', 11],
    ['GET / HTTP/1,1\r\n', 12],
    ['GET / HTTP/+1.1\r\n', 11],
    ['GET / HTTP/01.1\r\n', 12],
    ['GET / HTTP/a.1\r\n', 11],
    ['GET / HTTP/1.a\r\n', 13],
    ['GET / \r\n', 6],
    ['GET /  HTTP/1.1\r\n', 6],
    ['GET / a HTTP/1.1\r\n', 6],
    ['GET / HTTPS/1.1\r\n', 10],
    ['GET / HHTTP/1.1\r\n', 7],
    ['GET / ICY/1.1\r\n', 6],
    ['GET / HTTP/1.1;\r\n', 14],
  ])('%j is no version', (line, at) => {
    expect(faultOf(line)).toBe(`@${at} versionInvalid`);
  });

  test('each byte of it is checked', () => {
    const version = 'HTTP/1.1';
    for (let i = 0; i < version.length; i++) {
      for (const c of ['\0', ' ', '\t', '/', ':', 'a', 'Z', '\xb1']) {
        if (c === version[i]) continue;
        const wrong = version.slice(0, i) + c + version.slice(i + 1);
        expect([wrong, faultOf(`GET / ${wrong}\r\n`)]).toEqual([wrong, `@${6 + i} versionInvalid`]);
      }
      const cut = version.slice(0, i);
      expect([cut, faultOf(`GET / ${cut}\n`)]).toEqual([cut, `@${6 + i} bareLf`]);
    }
  });
});

describe('the end of the request line (RFC 9112 §2.2)', () => {
  test('is CRLF and nothing else', () => {
    expect(faultOf('GET / HTTP/1.1\n')).toBe('@14 bareLf');
    expect(faultOf('GET / HTTP/1.1\r')).toBe('@15 bareCr');
    expect(faultOf('GET / HTTP/1.1\r\r\n')).toBe('@15 bareCr');
    expect(faultOf('GET / HTTP/1.1\r \n')).toBe('@15 bareCr');
  });

  test('is not waited for where the version is of another major', () => {
    for (const end of ['', '\n', '\r\r', ' ', '0'])
      expect(readLog(`GET / HTTP/2.0${end}`)).toEqual(['@11 fault versionUnsupported']);
    expect(readLog('GET / HTTP/2.')).toEqual(['@13 fault headTruncated']);
  });
});

describe('headBytesMax, from the first byte of the method to the end of the empty line', () => {
  const limits = { headBytesMax: 64 };

  function headOf(bytes: number): string {
    const start = 'GET / HTTP/1.1\r\nHost: a\r\nA: ';
    return `${start}${'b'.repeat(bytes - start.length - 4)}\r\n\r\n`;
  }

  test.each([
    ['one below', 63, '@63 end'],
    ['at it', 64, '@64 end'],
    ['one above', 65, '@64 fault headTooLarge'],
    ['far above', 500, '@64 fault headTooLarge'],
  ])('%s', (_name, bytes, last) => {
    expect(headOf(bytes)).toHaveLength(bytes);
    expect(readLog(headOf(bytes), limits).at(-1)).toBe(last);
  });

  test('holds within each part of the head', () => {
    const beyond = 'x'.repeat(100);
    for (const head of [
      `GET /${beyond}`,
      `GET /${'x'.repeat(57)} HTTP/1.1`,
      `GET /${'x'.repeat(49)} HTTP/1.1\r\nHost`,
      `GET /${'x'.repeat(48)} HTTP/1.1\r\nHost`,
      `GET / HTTP/1.1\r\n${beyond}`,
      `GET / HTTP/1.1\r\nA: ${beyond}`,
      `GET / HTTP/1.1\r\nA:${' '.repeat(100)}`,
      `GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(10)}`,
    ]) {
      expect([head, readLog(head, limits)]).toEqual([head, ['@64 fault headTooLarge']]);
    }
  });

  test('a method that alone is as long is no method', () => {
    const method = (length: number): string => `${'M'.repeat(length)} / HTTP/1.1\r\n`;
    expect(readLog(method(63), limits)).toEqual(['@64 fault headTooLarge']);
    expect(readLog(method(64), limits)).toEqual(['@64 fault methodInvalid']);
    expect(readLog(method(65), limits)).toEqual(['@64 fault methodInvalid']);
    expect(readLog(method(500), limits)).toEqual(['@64 fault methodInvalid']);
  });

  test.each([
    ['a method', 'M'.repeat(100), 'methodInvalid'],
    ['a target', `GET /${'t'.repeat(100)}`, 'headTooLarge'],
  ])('holds where %s goes on in the same memory', (_what, text, fault) => {
    const parser = new HeadParser(limitsFrom(limits));
    const bytes = bytesOf(text);
    expect(parser.parse(bytes, 0, 10)).toBe(HEAD_MORE);
    expect(parser.parse(bytes, 10, bytes.length)).toBe(HEAD_FAULT);
    expect([faultName(parser.fault), parser.faultAt]).toEqual([fault, 64]);
  });

  test('a later head has its own', () => {
    expect(readLog(headOf(64) + headOf(64), limits).at(-1)).toBe('@128 end');
    expect(readLog(headOf(64) + headOf(65), limits).at(-1)).toBe('@128 fault headTooLarge');
  });

  test('a fault within the limit comes before it', () => {
    expect(readLog(`${headOf(64).slice(0, 63)} `, limits)).toEqual(['@63 fault bareCr']);
  });
});
