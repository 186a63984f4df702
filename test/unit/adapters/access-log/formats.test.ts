// Lines for requests: what each format says.

import { describe, expect, test } from 'vitest';
import { lineFormat } from '../../../../src/adapters/access-log/formats.js';
import type { AccessLogFormat } from '../../../../src/adapters/access-log/index.js';
import { logObserver } from '../../../../src/adapters/access-log/log-observer.js';
import { printable } from '../../../../src/adapters/access-log/printable.js';
import type { RequestCompleted, RequestRefused } from '../../../../src/index.js';

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
