import { describe, expect, test } from 'vitest';
import { Fault } from '../../../../src/fsm/faults.js';
import { limitsFrom } from '../../../../src/fsm/limits.js';
import { latin1 } from '../../../../src/fsm/parse/latin1.js';
import { ParsedHead } from '../../../../src/fsm/parse/request-parser.js';
import {
  READ_CONTENT,
  READ_END,
  READ_FAULT,
  READ_HEAD,
  READ_MORE,
  RequestReader,
} from '../../../../src/fsm/parse/request-reader.js';
import { bytesOf, cutAt, readerLog, readLog } from '../../../support/split-bytes.js';

const HOST = 'Host: a\r\n';
const GET = `GET / HTTP/1.1\r\n${HOST}\r\n`;
const CHUNKED = `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`;

function post(content: string, length: number | string = content.length): string {
  return `POST / HTTP/1.1\r\n${HOST}Content-Length: ${length}\r\n\r\n${content}`;
}

function newReader(limits = {}): RequestReader {
  return new RequestReader(limitsFrom(limits));
}

describe('the sequence of a message', () => {
  test('a request without content ends with its head', () => {
    expect(readLog(GET)).toEqual(['@27 head GET / 1.1 origin (Host: a) none', '@27 end']);
  });

  test('content of a declared length follows the head', () => {
    expect(readLog(post('hello'))).toEqual([
      '@47 head POST / 1.1 origin (Host: a, Content-Length: 5) length 5',
      '@47 content "hello"',
      '@52 end',
    ]);
  });

  test('a declared length of 0 is no content', () => {
    expect(readLog(post(''))).toEqual([
      '@47 head POST / 1.1 origin (Host: a, Content-Length: 0) none',
      '@47 end',
    ]);
  });

  test('chunked content is handed out without its framing', () => {
    expect(readLog(`${CHUNKED}3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n`)).toEqual([
      '@56 head POST / 1.1 origin (Host: a, Transfer-Encoding: chunked) chunked',
      '@59 content "abcde"',
      '@80 end',
    ]);
  });

  test('trailers are told, in order and case as received, and are no headers', () => {
    expect(readLog(`${CHUNKED}0\r\nB: 2\r\na:\t1 \r\nB:\r\n\r\n${GET}`)).toEqual([
      '@56 head POST / 1.1 origin (Host: a, Transfer-Encoding: chunked) chunked',
      '@78 trailers (B: 2, a: 1, B: )',
      '@78 end',
      '@105 head GET / 1.1 origin (Host: a) none',
      '@105 end',
    ]);
  });

  test('messages of every framing follow one another without a gap', () => {
    const log = readLog(
      `${GET}${post('x')}${CHUNKED}1\r\ny\r\n0\r\n\r\n${post('zz')}\r\n\r\n${GET}`,
    );
    expect(log.map((line) => line.replace(/\(.*\) /, ''))).toEqual([
      '@27 head GET / 1.1 origin none',
      '@27 end',
      '@74 head POST / 1.1 origin length 1',
      '@74 content "x"',
      '@75 end',
      '@131 head POST / 1.1 origin chunked',
      '@134 content "y"',
      '@142 end',
      '@189 head POST / 1.1 origin length 2',
      '@189 content "zz"',
      '@191 end',
      '@222 head GET / 1.1 origin none',
      '@222 end',
    ]);
  });

  test('the trailers of a message are not those of the next', () => {
    const reader = newReader();
    const bytes = bytesOf(`${CHUNKED}0\r\na: b\r\n\r\n${CHUNKED}0\r\n\r\n`);
    const signals: number[] = [];
    const trailers: unknown[] = [];
    for (let at = 0; at < bytes.length; at = reader.at) {
      signals.push(reader.read(bytes, at, bytes.length));
      trailers.push(reader.trailers);
    }
    expect(signals).toEqual([READ_HEAD, READ_END, READ_HEAD, READ_END]);
    expect(trailers).toEqual([[], ['a', 'b'], [], []]);
  });
});

describe('offsets of faults', () => {
  test('a fault in a head stands where the byte stands, counted from the first of the connection', () => {
    expect(readLog(`${GET}${post('abc')}GET / HTTP/1.1\r\nHost : a\r\n\r\n`).at(-1)).toBe(
      '@97 fault fieldNameSpace',
    );
  });

  test('what a whole head lacks is a fault at its end', () => {
    expect(readLog('GET / HTTP/1.1\r\n\r\n')).toEqual(['@18 fault hostMissing']);
    expect(readLog(`${GET}\r\nGET / HTTP/1.1\r\nA: b\r\n\r\n`).at(-1)).toBe(
      '@53 fault hostMissing',
    );
  });

  test('a fault in chunk framing stands where the byte stands', () => {
    expect(readLog(`${CHUNKED}3\r\nabcd\r\n`)).toEqual([
      '@56 head POST / 1.1 origin (Host: a, Transfer-Encoding: chunked) chunked',
      '@59 content "abc"',
      '@62 fault chunkDataEndMissing',
    ]);
  });

  test('a fault in a trailer section stands where the byte stands', () => {
    expect(readLog(`${GET}${CHUNKED}0\r\na: b\r\nc d\r\n\r\n`).at(-1)).toBe(
      '@93 fault fieldNameSpace',
    );
  });

  test('a trailer section that is too large is refused where it exceeds its bound', () => {
    const limits = { trailerBytesMax: 8 };
    expect(readLog(`${CHUNKED}0\r\nab: c\r\n\r\n`, limits).at(-1)).toBe(
      '@67 fault trailersTooLarge',
    );
    expect(readLog(`${CHUNKED}0\r\na: b\r\n\r\n`, limits).at(-1)).toBe('@67 end');
  });

  test('too many trailer lines are refused at the first too many', () => {
    const limits = { fieldCountMax: 2 };
    const start = `${CHUNKED}0\r\na:1\r\nb:2\r\n`;
    expect(readLog(`${start}\r\n`, limits).at(-1)).toBe('@71 end');
    expect(readLog(`${start}c:3\r\n\r\n`, limits).at(-1)).toBe('@69 fault fieldsTooMany');
  });
});

describe('after a fault', () => {
  test('nothing more can be read', () => {
    const reader = newReader();
    const bytes = bytesOf(`X\n${GET}`);
    expect(reader.read(bytes, 0, bytes.length)).toBe(READ_FAULT);
    expect([reader.fault, reader.faultOffset]).toEqual([Fault.bareLf, 1]);
    expect(reader.read(bytes, 2, bytes.length)).toBe(READ_FAULT);
    expect([reader.fault, reader.faultOffset, reader.at]).toEqual([Fault.bareLf, 1, 2]);
    expect([reader.midHead, reader.midContent, reader.midMessage]).toEqual([false, false, false]);
  });

  test('a head that came in part is no longer under way', () => {
    const reader = newReader();
    expect(reader.read(bytesOf('GE'), 0, 2)).toBe(READ_MORE);
    expect(reader.midHead).toBe(true);
    expect(reader.read(bytesOf('\n'), 0, 1)).toBe(READ_FAULT);
    expect([reader.midHead, reader.midMessage, reader.between]).toEqual([false, false, false]);
  });

  test('`at` stays within the bytes that were given', () => {
    const reader = newReader();
    const first = bytesOf(`${GET}\r\n\r\n`);
    expect(reader.read(first, 0, first.length)).toBe(READ_HEAD);
    expect(reader.read(first, reader.at, first.length)).toBe(READ_MORE);
    expect(reader.at).toBe(first.length);
    expect(reader.read(bytesOf(' '), 0, 1)).toBe(READ_FAULT);
    expect(reader.at).toBe(0);
  });
});

describe('what is held between reads', () => {
  test('no byte between messages, nor of content', () => {
    const reader = newReader();
    const bytes = bytesOf(`\r\n\r\n${post('0123456789')}${CHUNKED}a\r\n0123456789\r\n0\r\n`);
    const [empty, head, rest] = cutAt(bytes, [4, 52]) as [Uint8Array, Uint8Array, Uint8Array];
    expect(reader.read(empty, 0, 4)).toBe(READ_MORE);
    expect([reader.carriedBytes, reader.midHead]).toEqual([0, false]);
    expect(reader.read(head, 0, head.length)).toBe(READ_HEAD);
    for (let at = 0; at < rest.length; at = reader.at) {
      const signal = reader.read(rest, at, Math.min(at + 1, rest.length));
      const carries = signal === READ_MORE && reader.midHead;
      expect(reader.carriedBytes > 0).toBe(carries);
    }
    expect([reader.midContent, reader.carriedBytes]).toEqual([true, 0]);
  });

  test('an incomplete head is held whole, and let go when it is complete', () => {
    const reader = newReader();
    const bytes = bytesOf(GET);
    for (let at = 0; at < bytes.length - 1; at++) {
      expect(reader.read(bytes, at, at + 1)).toBe(READ_MORE);
      expect([reader.carriedBytes, reader.carriedMemoryBytes]).toEqual([at + 1, 1024]);
      expect([reader.midHead, reader.midMessage]).toEqual([true, true]);
    }
    expect(reader.read(bytes, bytes.length - 1, bytes.length)).toBe(READ_HEAD);
    expect([reader.carriedBytes, reader.midHead, reader.midMessage]).toEqual([0, false, false]);
    expect(reader.carriedMemoryBytes).toBe(0);
  });

  test('an incomplete trailer section is held, and let go when it is complete', () => {
    const reader = newReader();
    const bytes = bytesOf(`${CHUNKED}0\r\na: b\r\n`);
    expect(reader.read(bytes, 0, bytes.length)).toBe(READ_HEAD);
    expect(reader.read(bytes, reader.at, bytes.length)).toBe(READ_MORE);
    expect([reader.carriedBytes, reader.midContent, reader.midHead]).toEqual([6, true, false]);
    expect(reader.read(bytesOf('\r\n'), 0, 2)).toBe(READ_END);
    expect([reader.carriedBytes, reader.midMessage]).toEqual([0, false]);
  });

  test('no memory is taken for a trailer section before its first byte', () => {
    const reader = newReader();
    const bytes = bytesOf(`${CHUNKED}0\r\n`);
    expect(reader.read(bytes, 0, bytes.length)).toBe(READ_HEAD);
    expect(reader.read(bytes, reader.at, bytes.length)).toBe(READ_MORE);
    expect([reader.carriedMemoryBytes, reader.midContent]).toEqual([0, true]);
  });

  test('a head in pieces beyond the first memory for it is read on as it grows', () => {
    const value = 'v'.repeat(5_000);
    const head = `GET / HTTP/1.1\r\n${HOST}A: ${value}\r\nB: c\r\n\r\n`;
    for (const step of [1, 7, 700, 1_500, 3_000]) {
      const places: number[] = [];
      for (let at = step; at < head.length; at += step) places.push(at);
      expect(readerLog(cutAt(head, places))).toEqual([
        `@${head.length} head GET / 1.1 origin (Host: a, A: ${value}, B: c) none`,
        `@${head.length} end`,
      ]);
    }
  });

  test('trailers in pieces beyond the first memory for them are read on as it grows', () => {
    const value = 'v'.repeat(3_000);
    const message = `${CHUNKED}0\r\nA: ${value}\r\nB: c\r\n\r\n`;
    const places: number[] = [];
    for (let at = 60; at < message.length; at += 50) places.push(at);
    expect(readerLog(cutAt(message, places)).slice(1)).toEqual([
      `@${message.length} trailers (A: ${value}, B: c)`,
      `@${message.length} end`,
    ]);
  });

  test('a head that was carried keeps its memory when the next one is read', () => {
    const reader = newReader();
    const [one, two] = cutAt(GET.replace('/', '/first'), [9]) as [Uint8Array, Uint8Array];
    reader.read(one, 0, one.length);
    expect(reader.read(two, 0, two.length)).toBe(READ_HEAD);
    const first = new ParsedHead(reader.head);
    const [three, four] = cutAt(GET.replace('/', '/other'), [9]) as [Uint8Array, Uint8Array];
    reader.read(three, 0, three.length);
    expect(reader.read(four, 0, four.length)).toBe(READ_HEAD);
    expect([first.target, new ParsedHead(reader.head).target]).toEqual(['/first', '/other']);
  });

  test('a head that came in one piece points into that piece', () => {
    const reader = newReader();
    const bytes = bytesOf(`\r\n${GET}`);
    reader.read(bytes, 0, bytes.length);
    expect(reader.head.bytes).toBe(bytes);
    expect([reader.head.from, reader.head.to]).toEqual([2, bytes.length]);
  });
});

describe('the count of what is to come', () => {
  test('contentLeft counts down over spans, and is 0 where no length was declared', () => {
    const reader = newReader();
    expect(reader.contentLeft).toBe(0);
    const bytes = bytesOf(post('hello'));
    reader.read(bytes, 0, bytes.length - 5);
    expect([reader.contentLeft, reader.midContent]).toEqual([5, true]);
    expect(reader.read(bytes, reader.at, bytes.length - 5)).toBe(READ_MORE);
    expect(reader.read(bytes, reader.at, bytes.length - 2)).toBe(READ_CONTENT);
    expect(latin1(bytes, reader.contentFrom, reader.contentTo)).toBe('hel');
    expect(reader.contentLeft).toBe(2);
    expect(reader.read(bytes, reader.at, bytes.length)).toBe(READ_CONTENT);
    expect([reader.contentLeft, reader.midContent]).toEqual([0, true]);
    expect(reader.read(bytes, reader.at, bytes.length)).toBe(READ_END);
    expect(reader.midContent).toBe(false);
  });

  test('content is not read past its end into the next message', () => {
    expect(readLog(`${post('hel', 2)}`).slice(1)).toEqual([
      '@47 content "he"',
      '@49 end',
      '@50 fault headTruncated',
    ]);
  });

  test('a length of 2^53 - 1 is promised, and its content handed out as it comes', () => {
    const reader = newReader();
    const bytes = bytesOf(post('abc', Number.MAX_SAFE_INTEGER));
    reader.read(bytes, 0, bytes.length);
    expect(reader.contentLeft).toBe(Number.MAX_SAFE_INTEGER);
    reader.read(bytes, reader.at, bytes.length);
    expect(reader.contentLeft).toBe(Number.MAX_SAFE_INTEGER - 3);
  });
});

describe('the counts that a driver asks for', () => {
  test('declaredOver is true between the last byte of a declared length and the end of the message', () => {
    const reader = newReader();
    const bytes = bytesOf(`${post('ab')}${CHUNKED}1\r\nx\r\n0\r\n\r\n`);
    const seen: boolean[] = [reader.declaredOver];
    for (let at = 0; at < bytes.length; at = reader.at) {
      reader.read(bytes, at, Math.min(at + 48, bytes.length));
      seen.push(reader.declaredOver);
    }
    expect(seen.filter(Boolean)).toHaveLength(1);
    const [head, a, b] = cutAt(post('ab'), [47, 48]) as [Uint8Array, Uint8Array, Uint8Array];
    const other = newReader();
    other.read(head, 0, head.length);
    expect(other.declaredOver).toBe(false);
    other.read(a, 0, 1);
    expect(other.declaredOver).toBe(false);
    other.read(b, 0, 1);
    expect(other.declaredOver).toBe(true);
    expect(other.read(b, 1, 1)).toBe(READ_END);
    expect(other.declaredOver).toBe(false);
  });

  test('consumedBytes counts from the first byte of the connection, over all reads', () => {
    const bytes = bytesOf(`\r\n${GET}${post('abc')}${CHUNKED}3\r\nabc\r\n0\r\nA: b\r\n\r\n${GET}`);
    for (const step of [1, 2, 3, 5, 40, 1000]) {
      const reader = newReader();
      let passed = 0;
      while (passed < bytes.length) {
        const to = Math.min(passed + step, bytes.length);
        reader.read(bytes, passed, to);
        passed = reader.at;
        expect(reader.consumedBytes).toBe(passed);
      }
    }
  });
});

describe('an end within a message', () => {
  test('is seen in every stage, and not between messages', () => {
    expect(readLog('')).toEqual([]);
    expect(readLog('\r\n')).toEqual([]);
    expect(readLog('G')).toEqual(['@1 fault headTruncated']);
    expect(readLog(post('hel', 5)).at(-1)).toBe('@50 fault bodyTruncated');
    expect(readLog(post('', 5)).at(-1)).toBe('@47 fault bodyTruncated');
    expect(readLog(CHUNKED).at(-1)).toBe('@56 fault bodyTruncated');
    expect(readLog(`${CHUNKED}3\r\nab`).at(-1)).toBe('@61 fault bodyTruncated');
    expect(readLog(`${CHUNKED}0\r\n`).at(-1)).toBe('@59 fault bodyTruncated');
    expect(readLog(`${CHUNKED}0\r\na: b\r\n\r`).at(-1)).toBe('@66 fault bodyTruncated');
    expect(readLog(`${GET}${GET}`).at(-1)).toBe('@54 end');
  });
});
