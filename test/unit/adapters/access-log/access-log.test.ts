// Lines for requests: what they say, and what becomes of them where their stream is slow or fails.

import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { lineFormat } from '../../../../src/adapters/access-log/formats.js';
import { type AccessLogFormat, accessLog } from '../../../../src/adapters/access-log/index.js';
import {
  type LineOutput,
  LineStream,
  WAITING_CHARACTERS_MAX,
} from '../../../../src/adapters/access-log/line-stream.js';
import { logObserver } from '../../../../src/adapters/access-log/log-observer.js';
import { printable } from '../../../../src/adapters/access-log/printable.js';
import type { RequestCompleted, RequestRefused } from '../../../../src/index.js';
import { loopTurns } from '../../../support/loop-turns.js';
import { get, serve } from '../../../support/test-server.js';

const ENDED_AT = Date.UTC(2026, 0, 2, 3, 4, 10, 690);
const fields: Record<string, string> = { 'user-agent': 'Mozilla "5"', referer: 'http://a/\x1b' };

const record: RequestCompleted = {
  connectionId: 3,
  requestId: 7,
  method: 'GET',
  target: '/sleep?a=b',
  httpVersion: '1.1',
  headers: { get: (name) => fields[name.toLowerCase()] ?? null },
  encrypted: false,
  scheme: 'http',
  host: 'a',
  remoteAddress: '10.0.0.1',
  remotePort: 4711,
  clientAddress: '192.0.2.7',
  priority: 'default',
  status: 200,
  requestBytes: 60,
  requestContentBytes: 0,
  responseBytes: 1300,
  responseContentBytes: 1234,
  waitedMs: 0,
  durationMs: 5012,
  delivered: true,
  route: '/sleep',
  handlerMs: 5000.12345,
  reason: undefined,
};

function lineOf(format: AccessLogFormat, changes: Partial<RequestCompleted> = {}): string {
  return written(format, ({ requestCompleted }) => requestCompleted?.({ ...record, ...changes }));
}

function refusalOf(format: AccessLogFormat, changes: Partial<RequestRefused> = {}): string {
  const { route, handlerMs, ...refused } = record;
  const refusal = { ...refused, status: 503, reason: 'queueFull', ...changes };
  return written(format, ({ requestRefused }) => requestRefused?.(refusal));
}

function written(
  format: AccessLogFormat,
  tell: (observer: ReturnType<typeof logObserver>) => void,
): string {
  const lines: string[] = [];
  const made = lineFormat(format, { pid: 1, hostname: 'h' });
  tell(
    logObserver(
      made,
      () => ENDED_AT,
      (line) => lines.push(line),
    ),
  );
  expect(lines).toHaveLength(1);
  return lines[0] as string;
}

describe('text', () => {
  test('says when, who, what, how it was answered, how long it took and how much left', () => {
    expect(lineOf('text')).toBe(
      '2026-01-02T03:04:05.678Z 192.0.2.7 GET /sleep?a=b 200 5012.0ms 1234B',
    );
  });

  test('says how long it waited, and why it was not delivered', () => {
    const cut = { waitedMs: 12.34, delivered: false, reason: 'peerReset' };
    expect(lineOf('text', cut)).toMatch(
      / 200 5012\.0ms 1234B waited 12\.3ms not delivered: peerReset$/,
    );
    expect(lineOf('text', { ...cut, status: 0 })).toContain(' GET /sleep?a=b - 5012.0ms');
  });

  test('says why it was refused', () => {
    expect(refusalOf('text')).toMatch(/ GET \/sleep\?a=b 503 5012\.0ms 1234B refused: queueFull$/);
    const gone = { status: 0, delivered: false, reason: 'peerReset' };
    expect(refusalOf('text', gone)).toMatch(/ - 5012\.0ms 1234B refused: peerReset$/);
  });

  test('says what is known of a head with a fault', () => {
    const fault = { method: '', target: '', status: 400, reason: 'SLUICE_FAULT_BARE_LF' };
    expect(refusalOf('text', { ...fault, clientAddress: '' })).toMatch(
      /Z - - - 400 5012\.0ms 1234B refused: SLUICE_FAULT_BARE_LF$/,
    );
  });
});

describe('Common and Combined Log Format', () => {
  test('are as Apache writes them', () => {
    const common = '192.0.2.7 - - [02/Jan/2026:03:04:05 +0000] "GET /sleep?a=b HTTP/1.1" 200 1234';
    expect(lineOf('common')).toBe(common);
    expect(lineOf('combined')).toBe(String.raw`${common} "http://a/\x1b" "Mozilla \"5\""`);
  });

  // A string of a message has a character for each byte.
  test.each([
    ['caf\xc3\xa9', String.raw`caf\xc3\xa9`],
    ['\xff', String.raw`\xff`],
    ['a\tb', String.raw`a\tb`],
    ['\b\n\r\v\0', String.raw`\b\n\r\v\x00`],
  ])('show the bytes of a field as Apache shows them: %j', (agent, shown) => {
    const headers = { get: (name: string) => (name === 'user-agent' ? agent : null) };
    expect(lineOf('combined', { headers }).endsWith(` "-" "${shown}"`)).toBe(true);
  });

  test('have a dash for what there is not', () => {
    const none = { headers: { get: () => null }, responseContentBytes: 0, status: 0 };
    expect(lineOf('combined', { ...none, clientAddress: '' })).toBe(
      '- - - [02/Jan/2026:03:04:05 +0000] "GET /sleep?a=b HTTP/1.1" - - "-" "-"',
    );
    const faulty = { method: 'GET', target: '', httpVersion: '' as const, status: 400 };
    expect(refusalOf('common', faulty)).toContain(' "GET -" 400 1234');
    expect(refusalOf('common', { ...faulty, method: '' })).toContain(' "-" 400 1234');
  });
});

describe('JSON', () => {
  test('has the shape of pino, with all numbers', () => {
    expect(JSON.parse(lineOf('json'))).toEqual({
      level: 30,
      time: ENDED_AT,
      pid: 1,
      hostname: 'h',
      req: {
        id: 7,
        method: 'GET',
        url: '/sleep?a=b',
        httpVersion: '1.1',
        remoteAddress: '10.0.0.1',
        remotePort: 4711,
      },
      res: { statusCode: 200 },
      responseTime: 5012,
      clientAddress: '192.0.2.7',
      connectionId: 3,
      priority: 'default',
      route: '/sleep',
      waitedMs: 0,
      handlerMs: 5000.123,
      requestBytes: 60,
      responseBytes: 1300,
      contentBytes: 1234,
      delivered: true,
      msg: 'request completed',
    });
  });

  test('tells refusals and cut replies by level and message', () => {
    const cut = { delivered: false, reason: 'writeStalled' };
    expect(JSON.parse(lineOf('json', cut))).toMatchObject({
      level: 40,
      reason: 'writeStalled',
      msg: 'request aborted',
    });
    expect(JSON.parse(refusalOf('json'))).toMatchObject({
      level: 50,
      refused: 'queueFull',
      msg: 'request refused',
      res: { statusCode: 503 },
    });
    expect(JSON.parse(lineOf('json', { status: 404 }))).toMatchObject({ level: 40 });
    expect(JSON.parse(lineOf('json', { ...cut, status: 0 }))).toMatchObject({
      res: { statusCode: null },
    });
  });
});

test.each(['text', 'common', 'combined', 'json'] as const)(
  'a line of %s can’t be broken, or obeyed by a terminal, by what a client sent',
  (format) => {
    const evil = '/\n2026 GET /admin\r\x1b[2J\x9b\x7f\0"\\\u202e';
    const line = lineOf(format, { target: evil, method: `G${evil}`, clientAddress: evil });
    expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    if (format === 'json') expect(JSON.parse(line).req.url).toBe(evil);
  },
);

describe('printable', () => {
  test.each([
    ['/a%0ab', '/a%0ab'],
    ['été — 水', 'été — 水'],
    ['a\nb\r\tc', 'a\\x0ab\\x0d\\x09c'],
    ['\x1b[2J\x9b1m\x7f\0', '\\x1b[2J\\x9b1m\\x7f\\x00'],
    ['a\u2028b\u202ec\ufeff', 'a\\u{2028}b\\u{202e}c\\u{feff}'],
    ['\ud800', '\\u{d800}'],
  ])('makes %j one plain line', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });
});

describe('a stream of lines', () => {
  class Output implements LineOutput {
    writableLength = 0;
    readonly writes: string[] = [];
    /** What the next writes give. */
    answer = true;
    error: Error | undefined = undefined;
    drain: () => void = () => {};
    close: () => void = () => {};
    write(text: string, done?: (error?: Error) => void): boolean {
      if (this.error === undefined) this.writes.push(text);
      done?.(this.error);
      return this.answer;
    }
    on(event: 'error' | 'drain' | 'close', listener: (error: Error) => void): void {
      if (event !== 'error') this[event] = listener as () => void;
    }
  }

  function streamed() {
    const output = new Output();
    const turns: (() => void)[] = [];
    const warnings: string[] = [];
    const lines = new LineStream(output, {
      defer: (callback) => turns.push(callback),
      warn: (text) => warnings.push(text),
    });
    return { output, turns, warnings, lines };
  }

  test('writes the lines of a turn at once', () => {
    const { output, turns, lines } = streamed();
    lines.line('a');
    lines.line('b');
    expect(turns.length).toBe(1);
    turns.shift()?.();
    lines.line('c');
    turns.shift()?.();
    expect(output.writes).toEqual(['a\nb\n', 'c\n']);
  });

  test('writes what waits when it is told to, and nothing twice', () => {
    const { output, turns, lines } = streamed();
    lines.line('a');
    lines.flush();
    turns.shift()?.();
    lines.end();
    expect(output.writes).toEqual(['a\n']);
  });

  test('drops lines, and says how many, rather than keep more than its bound', () => {
    const { output, lines } = streamed();
    output.writableLength = WAITING_CHARACTERS_MAX;
    lines.line('kept, for the bound is reached and not passed');
    output.writableLength = WAITING_CHARACTERS_MAX + 1;
    lines.line('lost');
    lines.line('lost');
    output.writableLength = 0;
    lines.line('after');
    lines.flush();
    expect(output.writes.join('')).toBe(
      'kept, for the bound is reached and not passed\n(2 lines were lost: nobody took them in time)\nafter\n',
    );
  });

  test('leaves a full stream alone until it has drained, within the bound', () => {
    const { output, lines } = streamed();
    output.answer = false;
    lines.line('a');
    lines.flush();
    const long = 'x'.repeat(WAITING_CHARACTERS_MAX / 4);
    for (let i = 0; i < 8; i++) {
      lines.line(long);
      lines.flush();
    }
    expect(output.writes).toEqual(['a\n']);
    output.answer = true;
    output.drain();
    lines.line('b');
    lines.flush();
    const [, kept = '', after] = output.writes;
    expect(kept.length).toBeLessThan(1.5 * WAITING_CHARACTERS_MAX);
    expect(kept).toMatch(/x\n\(4 lines were lost: .*\)\n$/);
    expect(after).toBe('b\n');
    lines.line('c');
    output.answer = false;
    lines.flush();
    lines.line('d');
    lines.end();
    expect(output.writes.slice(3)).toEqual(['c\n', 'd\n']);
  });

  test('counts what an async write has lost, and each line once', async () => {
    const warnings: string[] = [];
    const written: string[] = [];
    let isFull = true;
    const output: LineOutput = {
      write(text, done) {
        if (!isFull) {
          written.push(text);
          return true;
        }
        const full = new Error('full');
        done?.(full);
        done?.(full);
        return Promise.reject(full);
      },
    };
    const lines = new LineStream(output, {
      defer: () => undefined,
      warn: (text) => warnings.push(text),
    });
    lines.line('a');
    lines.flush();
    await loopTurns(1);
    isFull = false;
    lines.line('b');
    lines.flush();
    expect(written).toEqual(['(1 line was lost: nobody took them in time)\nb\n']);
    expect(warnings).toEqual([expect.stringMatching(/Error: full \(lines lost: 1\)$/)]);
  });

  test('tells the process of a stream that is not read, at once and for each power of ten', () => {
    const { output, warnings, lines } = streamed();
    output.writableLength = WAITING_CHARACTERS_MAX + 1;
    for (let i = 1; i <= 100; i++) lines.line('lost');
    expect(warnings).toEqual(
      [1, 10, 100].map(
        (count) =>
          `sluice: the log can't be written: its stream takes no more (lines lost: ${count})`,
      ),
    );
  });

  test('says what was lost as soon as the stream has drained, though no line follows', () => {
    const { output, lines } = streamed();
    output.answer = false;
    lines.line('a');
    lines.flush();
    output.writableLength = WAITING_CHARACTERS_MAX + 1;
    lines.line('lost');
    output.writableLength = 0;
    output.answer = true;
    output.drain();
    expect(output.writes).toEqual(['a\n', '(1 line was lost: nobody took them in time)\n']);
  });

  test('says what was lost at its end', () => {
    const { output, lines } = streamed();
    output.writableLength = WAITING_CHARACTERS_MAX + 1;
    lines.line('lost');
    lines.end();
    lines.end();
    expect(output.writes).toEqual(['(1 line was lost: nobody took them in time)\n']);
  });

  test('waits for no drain of a stream that is closed', () => {
    const { output, warnings, lines } = streamed();
    output.answer = false;
    lines.line('a');
    lines.flush();
    lines.line('b');
    lines.flush();
    output.error = new Error('closed');
    output.close();
    for (let i = 0; i < 3; i++) {
      lines.line('c');
      lines.flush();
    }
    expect(warnings).toEqual(["sluice: the log can't be written: Error: closed (lines lost: 1)"]);
    output.error = undefined;
    lines.line('d');
    lines.flush();
    lines.line('e');
    lines.flush();
    expect(output.writes).toEqual([
      'a\n',
      '(4 lines were lost: nobody took them in time)\nd\n',
      'e\n',
    ]);
  });

  test('a stream that is closed by each error, as process.stdout is, is not written to without end', () => {
    const { output, warnings, lines } = streamed();
    let writes = 0;
    output.write = (_text, done) => {
      writes++;
      done?.(new Error('EPIPE'));
      if (writes < 100) output.close();
      return false;
    };
    lines.line('a');
    lines.flush();
    expect(writes).toBe(2);
    lines.line('b');
    lines.flush();
    expect(writes).toBe(3);
    expect(warnings).toHaveLength(1);
  });

  test('goes on when a full disk has room again, and says what was lost', () => {
    const { output, warnings, lines } = streamed();
    output.error = new Error('ENOSPC');
    for (let i = 0; i < 12; i++) {
      lines.line('lost');
      lines.flush();
    }
    expect(warnings).toEqual([
      "sluice: the log can't be written: Error: ENOSPC (lines lost: 1)",
      "sluice: the log can't be written: Error: ENOSPC (lines lost: 10)",
    ]);
    output.error = undefined;
    lines.line('again');
    lines.flush();
    expect(output.writes).toEqual(['(12 lines were lost: nobody took them in time)\nagain\n']);
  });

  test('tells of errors of which no text can be made', async () => {
    const { output, warnings, lines } = streamed();
    const wordless: unknown = Object.create(null);
    output.write = () => {
      throw wordless;
    };
    lines.line('a');
    lines.flush();
    const lost = "sluice: the log can't be written: an object (lines lost: 1)";
    expect(warnings).toEqual([lost]);
    const told: string[] = [];
    const other = new LineStream(
      { write: () => Promise.reject(wordless) },
      { defer: () => undefined, warn: (text) => told.push(text) },
    );
    other.line('a');
    other.flush();
    await loopTurns(1);
    expect(told).toEqual([lost]);
  });

  test('tells of a stream that throws, and of one that was destroyed', async () => {
    const { output, warnings, lines } = streamed();
    output.write = () => {
      throw new Error('no');
    };
    lines.line('a');
    lines.flush();
    expect(warnings).toHaveLength(1);
    const told: string[] = [];
    const destroyed = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EIO')) });
    const other = new LineStream(destroyed, {
      defer: () => undefined,
      warn: (text) => told.push(text),
    });
    for (let i = 0; i < 3; i++) {
      other.line('a');
      other.flush();
      await loopTurns(2);
    }
    expect(told).toEqual(["sluice: the log can't be written: Error: EIO (lines lost: 1)"]);
  });
});

describe('accessLog', () => {
  test('logs what a server did, beside other observers', async () => {
    let text = '';
    const stream = { write: (more: string) => (text += more) };
    const served = await serve({
      fetch: () => new Response('four'),
      observer: [accessLog({ stream, format: 'common' }), { requestCompleted: () => undefined }],
    });
    const client = await served.send(`${get('/a')}GET /b HTTP/1.1\r\n\r\n`);
    await client.responses(2);
    await client.ended;
    await loopTurns(5);
    expect(text.replace(/\[[^\]]*\]/g, '[]')).toMatch(
      /^127\.0\.0\.1 - - \[\] "GET \/a HTTP\/1\.1" 200 4\n127\.0\.0\.1 - - \[\] "GET \/b" 400 \d+\n$/,
    );
  });

  test.each<[unknown, string]>([
    [{ format: 'apache' }, "expected 'text', 'common', 'combined' or 'json'"],
    [{ stream: 5 }, 'stream: got 5, expected a stream, such as process.stdout'],
    [{ stream: {} }, 'stream: got an object, expected a stream'],
    [{ colour: true }, 'colour: unknown option'],
    [null, 'accessLog(): got null, expected an object with stream, format'],
  ])('refuses %j', (given, message) => {
    expect(() => accessLog(given as never)).toThrow(message);
  });
});
