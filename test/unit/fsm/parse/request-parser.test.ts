import { describe, expect, test } from 'vitest';
import {
  FAULT_NAMES,
  Fault,
  type ParsedFault,
  type ParsedHead,
  RequestParser,
  type RequestSink,
} from '../../../../src/fsm/index.js';
import { bytesOf, everyWay, parseLog } from '../../../support/split-bytes.js';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const CHUNKED = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
const CHUNKED_HEAD = 'head POST / 1.1 origin (Host: a, Transfer-Encoding: chunked) chunked';

const SILENT: RequestSink = { head() {}, body() {}, trailers() {}, fault() {} };

function headOf(text: string): ParsedHead {
  const heads: ParsedHead[] = [];
  new RequestParser({}, { ...SILENT, head: (head) => heads.push(head) }).feed(bytesOf(text));
  return heads[0] as ParsedHead;
}

function faultOf(text: string): ParsedFault {
  const faults: ParsedFault[] = [];
  const parser = new RequestParser({}, { ...SILENT, fault: (fault) => faults.push(fault) });
  parser.feed(bytesOf(text));
  parser.end();
  expect(faults).toHaveLength(1);
  return faults[0] as ParsedFault;
}

describe('the calls', () => {
  test('come in the order of the bytes, and cuts change none', () => {
    expect(parseLog(`${GET}${CHUNKED}2\r\nhi\r\n0\r\nA: b\r\n\r\n${GET}`)).toEqual([
      'head GET / 1.1 origin (Host: a) none',
      'end',
      CHUNKED_HEAD,
      '@86 content "hi"',
      'trailers (A: b)',
      'end',
      'head GET / 1.1 origin (Host: a) none',
      'end',
    ]);
  });

  test('no trailers are told where there are none', () => {
    expect(parseLog(`${CHUNKED}0\r\n\r\n`)).toEqual([CHUNKED_HEAD, 'end']);
  });

  test('the end of a message need not be listened for', () => {
    const parser = new RequestParser({}, SILENT);
    parser.feed(bytesOf(`${GET}${CHUNKED}0\r\n\r\n`));
    expect(parser.open).toBe(true);
  });

  test('only the bytes between from and to are read', () => {
    const log: string[] = [];
    const parser = new RequestParser({}, { ...SILENT, head: ({ target }) => log.push(target) });
    parser.feed(bytesOf(`XX${GET}XX`), 2, 2 + GET.length);
    parser.end();
    expect(log).toEqual(['/']);
  });
});

describe('the offset', () => {
  test('says in `end` where the message ended, however the bytes are cut', () => {
    const text = `${GET}${CHUNKED}2\r\nhi\r\n0\r\nA: b\r\n\r\n${GET}`;
    for (const [, pieces] of everyWay(text)) {
      const ends: number[] = [];
      const parser = new RequestParser({}, { ...SILENT, end: () => ends.push(parser.offset) });
      for (const piece of pieces) parser.feed(piece);
      expect(ends).toEqual([GET.length, text.length - GET.length, text.length]);
    }
  });
});

describe('a parsed head', () => {
  test('has the message as it came', () => {
    const head = headOf('pUT /a?b HTTP/1.1\r\nhOST: x:1\r\nA:\r\nA:  b c\t\r\n\r\n');
    expect([head.method, head.target, head.targetForm, head.httpVersion]).toEqual([
      'pUT',
      '/a?b',
      'origin',
      '1.1',
    ]);
    expect(head.rawHeaders).toEqual(['hOST', 'x:1', 'A', '', 'A', 'b c']);
    expect([head.framing, head.contentLength]).toEqual(['none', 0]);
    expect([head.persistent, head.expectsContinue]).toEqual([true, false]);
  });

  test('says how its content is framed', () => {
    const length = headOf('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\n');
    expect([length.framing, length.contentLength]).toEqual(['length', 12]);
    expect([headOf(CHUNKED).framing, headOf(CHUNKED).contentLength]).toEqual(['chunked', 0]);
  });

  test.each([
    ['GET /a HTTP/1.1', 'origin'],
    ['GET http://b/a HTTP/1.1', 'absolute'],
    ['OPTIONS * HTTP/1.1', 'asterisk'],
  ])('tells the form of the target: %s', (line, form) => {
    expect(headOf(`${line}\r\nHost: a\r\n\r\n`).targetForm).toBe(form);
  });

  test.each([
    ['HTTP/1.0', '1.0', false],
    ['HTTP/1.1', '1.1', true],
    ['HTTP/1.2', '1.1', true],
    ['HTTP/1.9', '1.1', true],
  ])('%s is %s', (version, httpVersion, persistent) => {
    const head = headOf(`GET / ${version}\r\nHost: a\r\n\r\n`);
    expect([head.httpVersion, head.persistent]).toEqual([httpVersion, persistent]);
  });

  test('tells the bytes of a value one character each', () => {
    expect(headOf('GET / HTTP/1.1\r\nHost: a\r\nA: \xe9\xff\r\n\r\n').rawHeaders[3]).toBe(
      '\xe9\xff',
    );
  });

  test('knows that the client waits for 100', () => {
    expect(headOf(CHUNKED.replace('Host', 'Expect: 100-continue\r\nHost')).expectsContinue).toBe(
      true,
    );
  });
});

describe('a fault', () => {
  test('has its row of the table, its code and its place', () => {
    expect(faultOf('GET / HTTP/2.0\r\n')).toEqual({
      code: 'SLUICE_FAULT_VERSION_UNSUPPORTED',
      status: 505,
      section: 'RFC 9110 §15.6.6',
      text: 'The major version is not 1.',
      offset: 11,
      id: Fault.versionUnsupported,
    });
  });

  test('is the last that is told', () => {
    const log: string[] = [];
    const parser = new RequestParser(
      {},
      { ...SILENT, head: () => log.push('head'), fault: () => log.push('fault') },
    );
    expect(parser.open).toBe(true);
    parser.feed(bytesOf(`${GET}\n`));
    expect(parser.open).toBe(false);
    parser.feed(bytesOf(GET));
    parser.end();
    expect(log).toEqual(['head', 'fault']);
  });

  test('every fault that a parser can tell is known by a name', () => {
    expect(FAULT_NAMES).toContain('headTruncated');
    expect(faultOf('GET').id).toBe(Fault.headTruncated);
    expect(faultOf(CHUNKED).id).toBe(Fault.bodyTruncated);
  });
});

describe('content larger than bodyBytesMax', () => {
  const limits = { bodyBytesMax: 4 };

  test('is refused at the end of the head where its length is declared', () => {
    const post = (length: number): string =>
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;
    expect(parseLog(`${post(3)}abc`, limits).at(-1)).toBe('end');
    expect(parseLog(`${post(4)}abcd`, limits).at(-1)).toBe('end');
    expect(parseLog(`${post(5)}abcde`, limits)).toEqual(['@47 fault bodyTooLarge']);
    expect(parseLog(`${GET}${post(5)}abcde`, limits).at(-1)).toBe('@74 fault bodyTooLarge');
  });

  test('is handed out up to the limit where it is chunked, and refused at the first byte beyond', () => {
    expect(parseLog(`${CHUNKED}3\r\nabc\r\n0\r\n\r\n`, limits).at(-1)).toBe('end');
    expect(parseLog(`${CHUNKED}3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n`, limits).at(-1)).toBe('end');
    expect(parseLog(`${CHUNKED}5\r\nabcde\r\n0\r\n\r\n`, limits)).toEqual([
      CHUNKED_HEAD,
      '@59 content "abcd"',
      '@63 fault bodyTooLarge',
    ]);
    expect(parseLog(`${CHUNKED}4\r\nabcd\r\n3\r\nefg\r\n0\r\n\r\n`, limits)).toEqual([
      CHUNKED_HEAD,
      '@59 content "abcd"',
      '@68 fault bodyTooLarge',
    ]);
  });

  test('is counted for each message anew', () => {
    const message = `${CHUNKED}4\r\nabcd\r\n0\r\n\r\n`;
    expect(parseLog(`${message}${message}`, limits).at(-1)).toBe('end');
  });

  test('a limit of 0 lets through what has no content', () => {
    expect(parseLog(`${GET}${CHUNKED}0\r\n\r\n`, { bodyBytesMax: 0 }).at(-1)).toBe('end');
    expect(parseLog(`${CHUNKED}1\r\na\r\n0\r\n\r\n`, { bodyBytesMax: 0 })).toEqual([
      CHUNKED_HEAD,
      '@59 fault bodyTooLarge',
    ]);
  });
});

describe('the end', () => {
  test.each([
    ['', []],
    [GET, ['head GET / 1.1 origin (Host: a) none', 'end']],
    ['\r', []],
    ['G', ['@1 fault headTruncated']],
    [GET.slice(0, -1), ['@26 fault headTruncated']],
    [`${CHUNKED}5\r\nabc`, [CHUNKED_HEAD, '@59 content "abc"', '@62 fault bodyTruncated']],
  ])('of %j', (text, log) => {
    expect(parseLog(text)).toEqual(log);
  });

  test('is the end: what is fed later is ignored, and a second end tells nothing', () => {
    const log: string[] = [];
    const parser = new RequestParser({}, { ...SILENT, head: () => log.push('head') });
    parser.end();
    expect(parser.open).toBe(false);
    parser.feed(bytesOf(GET));
    parser.end();
    expect(log).toEqual([]);
  });
});

test('a limit that there is not is refused at once', () => {
  expect(() => new RequestParser({ headBytesMaximum: 1 } as object, SILENT)).toThrow(
    expect.objectContaining({ code: 'SLUICE_OPTION_INVALID' }),
  );
});

describe('what it is given is checked', () => {
  const parser = (): RequestParser => new RequestParser({}, SILENT);
  const bytes = bytesOf(GET);

  test.each([
    [-1, 2, /^from: got -1, /],
    [0.5, 2, /^from: got 0\.5, /],
    [28, 28, /^from: got 28, expected .*27/],
    [2, 1, /^to: got 1, expected .*2.*27/],
    [0, 28, /^to: got 28, /],
    [0, 1.5, /^to: got 1\.5, /],
  ])('the bytes from %d to %d', (from, to, message) => {
    expect(() => parser().feed(bytes, from, to)).toThrow(
      expect.objectContaining({
        code: 'SLUICE_OPTION_INVALID',
        message: expect.stringMatching(message),
      }),
    );
  });

  test.each([
    [0, 0],
    [27, 27],
    [0, 27],
  ])('the bytes from %d to %d fit', (from, to) => {
    expect(() => parser().feed(bytes, from, to)).not.toThrow();
  });

  test.each([[undefined], ['GET'], [[1]]])('bytes are no %j', (given) => {
    expect(() => parser().feed(given as never)).toThrow(
      expect.objectContaining({
        code: 'SLUICE_OPTION_INVALID',
        message: expect.stringMatching(/^bytes: got /),
      }),
    );
  });

  test.each([
    [
      undefined,
      /^sink: got undefined, expected an object with the methods head, body, trailers, fault$/,
    ],
    [{ ...SILENT, head: undefined }, /^sink\.head: got undefined, expected a function/],
    [{ ...SILENT, fault: 1 }, /^sink\.fault: got 1, expected a function/],
    [{ ...SILENT, end: 1 }, /^sink\.end: got 1, expected a function/],
  ])('a sink: %#', (sink, message) => {
    expect(() => new RequestParser({}, sink as never)).toThrow(
      expect.objectContaining({
        code: 'SLUICE_OPTION_INVALID',
        message: expect.stringMatching(message),
      }),
    );
  });
});
