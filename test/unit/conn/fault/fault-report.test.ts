// A peer's mistake as others are told of it.

import { expect, test } from 'vitest';
import {
  arrivalReport,
  bodyAbandoned,
  bodyError,
  bodyStarved,
  faultReport,
  handshakeReport,
} from '../../../../src/conn/fault/fault-report.js';
import { Lifecycle } from '../../../../src/conn/machine/lifecycle.js';
import { Fault, faultCode, faultRow } from '../../../../src/fsm/faults.js';
import { RecordingTransport } from '../../../support/recording-transport.js';

const connection = {
  id: 7,
  life: new Lifecycle(7, undefined),
  transport: new RecordingTransport(),
};

test('a report has the row of the fault, and where the connection was', () => {
  const { status, section, text } = faultRow(Fault.headTimeout);
  expect(faultReport(Fault.headTimeout, 12, connection)).toEqual({
    code: faultCode(Fault.headTimeout),
    status,
    section,
    text,
    offset: 12,
    state: 'idle/idle/keep',
    bytes: '',
    remoteAddress: '127.0.0.1',
    connectionId: 7,
  });
});

test('it shows 32 bytes on either side of the place, and none that came from others', () => {
  const bytes = Buffer.from(`${'a'.repeat(50)}${'b'.repeat(50)}${'z'.repeat(50)}`);
  const shown = (at: number, to: number, from = 0): string =>
    faultReport(Fault.headTimeout, 0, connection, { bytes, from, at, to }).bytes;
  expect(shown(50, 100)).toBe('a'.repeat(32) + 'b'.repeat(32));
  expect(shown(90, 100)).toBe('b'.repeat(42));
  expect(shown(2, 100)).toBe('a'.repeat(34));
  expect(shown(60, 100, 48)).toBe('a'.repeat(2) + 'b'.repeat(42));
});

/** What a report shows of `text`, around the first `!`. */
function shownOf(text: string, isRaw = false, from = 0): string {
  const bytes = Buffer.from(text, 'latin1');
  const place = { bytes, from, at: text.indexOf('!'), to: bytes.length };
  return faultReport(Fault.headTimeout, 0, connection, place, isRaw).bytes;
}

test('a credential is hidden also where its name stands before the bytes that are shown', () => {
  const secret = `${'s'.repeat(100)}!${'s'.repeat(100)}`;
  const head = `GET / HTTP/1.1\r\nCookie: ${secret}\r\n`;
  expect(shownOf(head)).toBe('*'.repeat(64));
  expect(shownOf(head, true)).toBe(`${'s'.repeat(32)}!${'s'.repeat(31)}`);
});

test.each([
  ['folded by a blank', '\r\n '],
  ['folded by a tab', '\r\n\t'],
  ['folded twice', '\r\n a\r\n '],
  ['folded many times by blanks', '\r\n a'.repeat(6)],
  ['folded many times by tabs', '\r\n\ta'.repeat(6)],
])('so is one that is %s', (_how, fold) => {
  expect(shownOf(`A: b\r\nCookie: a${fold}${'s'.repeat(50)}!\r\n`)).toMatch(/^\*{33}\r\n$/);
});

test('so is one in any report, unless somebody asks for it', () => {
  const bytes = Buffer.from('Cookie: secret!\r\n');
  const place = { bytes, from: 0, at: 14, to: bytes.length };
  const remote = { address: '192.0.2.1', port: 9 };
  const hidden = 'Cookie: *******\r\n';
  expect(faultReport(Fault.headTimeout, 0, connection, place).bytes).toBe(hidden);
  expect(arrivalReport('proxyHeader', Fault.headTimeout, remote, 0, place).bytes).toBe(hidden);
});

test('so is one whose line ends where none should, within its name or behind it', () => {
  expect(shownOf(`A: b\r\nCookie\n: ${'s'.repeat(50)}!\r\n`)).toMatch(/^\*{33}\r\n$/);
  expect(shownOf(`A: b\r\nCoo\nkie\n: ${'s'.repeat(50)}!\r\n`)).toMatch(/^\*{33}\r\n$/);
});

test('what another line holds is shown, and bytes before the message are not looked at', () => {
  const long = 's'.repeat(50);
  expect(shownOf(`Cookie: a\r\nB: c\r\nD: ${long}!\r\n`)).toBe(`${'s'.repeat(32)}!\r\n`);
  const before = 'Cookie: ';
  expect(shownOf(`${before}${long}!`, false, before.length)).toBe(`${'s'.repeat(32)}!`);
});

test('of what never became a connection there is no number', () => {
  const { status, section, text } = faultRow(Fault.headTimeout);
  const bytes = Buffer.from('PROXY x');
  const remote = { address: '192.0.2.1', port: 9 };
  const report = arrivalReport('proxyHeader', Fault.headTimeout, remote, 6, {
    ...{ bytes, from: 0, at: 6, to: 7 },
  });
  expect(report).toEqual({
    code: faultCode(Fault.headTimeout),
    status,
    section,
    text,
    offset: 6,
    state: 'proxyHeader',
    bytes: 'PROXY x',
    remoteAddress: '192.0.2.1',
    connectionId: 0,
  });
});

test('of a handshake no bytes are shown, and its alert where there is one', () => {
  const remote = { address: '192.0.2.1', port: 9 };
  const report = handshakeReport(Fault.handshakeFailed, remote, 'ERR_X');
  expect(report).toMatchObject({ state: 'handshake', offset: 0, bytes: '', alert: 'ERR_X' });
  expect('alert' in handshakeReport(Fault.handshakeFailed, remote, undefined)).toBe(false);
});

test('readers of the content get an error with its status', () => {
  const { status, text } = faultRow(Fault.bodyTruncated);
  expect(bodyError(Fault.bodyTruncated)).toMatchObject({
    code: faultCode(Fault.bodyTruncated),
    status,
    message: text,
  });
  expect(bodyStarved()).toMatchObject({
    code: 'SLUICE_BODY_MEMORY_SHORT',
    status: 503,
    message: expect.stringContaining('no memory left'),
  });
  expect(bodyAbandoned()).toMatchObject({
    code: 'SLUICE_BODY_ABANDONED',
    status: 400,
    message: expect.stringContaining('before the content was read'),
  });
});
