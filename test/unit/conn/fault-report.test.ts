// A peer's mistake as others are told of it.

import { expect, test } from 'vitest';
import {
  bodyAbandoned,
  bodyError,
  bodyStarved,
  faultReport,
} from '../../../src/conn/fault-report.js';
import { Lifecycle } from '../../../src/conn/lifecycle.js';
import { Fault, faultCode, faultRow } from '../../../src/fsm/faults.js';
import { RecordingTransport } from '../../support/recording-transport.js';

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
