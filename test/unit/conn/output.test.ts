// What wake-ups produced leaves in one write, in its order.

import { expect, test } from 'vitest';
import { JOINED_BYTES_MAX, Output } from '../../../src/conn/output.js';
import { RecordingTransport } from '../../support/recording-transport.js';

class Line extends RecordingTransport {
  override unflushedBytes = 0;
  override retainedBytes = 0;
  calls: string[] = [];
  override write(bytes: Uint8Array | string): void {
    this.calls.push('write');
    super.writeAll([bytes]);
  }
  override writeAll(pieces: readonly (Uint8Array | string)[]): void {
    this.calls.push(`writeAll ${pieces.length}`);
    super.writeAll(pieces);
  }
}

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

test('nothing is written where there is nothing', () => {
  const line = new Line();
  const output = new Output(line);
  output.bytes(new Uint8Array(0));
  output.send();
  expect(line.calls).toEqual([]);
  expect([output.unsentBytes, output.sentBytes]).toEqual([0, 0]);
});

test('text alone is one write', () => {
  const line = new Line();
  const output = new Output(line);
  output.text('a');
  output.text('bc');
  expect(output.unsentBytes).toBe(3);
  output.send();
  expect([line.calls, line.written]).toEqual([['write'], ['abc']]);
  expect([output.unsentBytes, output.sentBytes]).toEqual([0, 3]);
  output.send();
  expect(line.calls).toEqual(['write']);
});

test('text and bytes are joined in their order, latin1', () => {
  const line = new Line();
  const output = new Output(line);
  output.text('\xe9<');
  output.bytes(bytes('12'));
  output.bytes(bytes('3'));
  output.text('>');
  output.bytes(bytes('4'));
  output.text('!');
  expect(output.unsentBytes).toBe(8);
  output.send();
  expect([line.calls, line.written]).toEqual([['write'], ['\xe9<123>4!']]);
  expect([output.unsentBytes, output.sentBytes]).toEqual([0, 8]);
});

test.each([
  [JOINED_BYTES_MAX, 'write'],
  [JOINED_BYTES_MAX + 1, 'writeAll 2'],
])('%i bytes go by %s', (length, call) => {
  const line = new Line();
  const output = new Output(line);
  output.text('h');
  output.bytes(new Uint8Array(length - 1));
  output.send();
  expect(line.calls).toEqual([call]);
  expect(output.sentBytes).toBe(length);
});

test('the backlog and the held memory count what the transport could not flush', () => {
  const line = new Line();
  const output = new Output(line);
  output.text('abc');
  line.unflushedBytes = 10;
  line.retainedBytes = 100;
  expect([output.backlogBytes, output.heldBytes]).toEqual([13, 103]);
});

test('what is cleared is not sent', () => {
  const line = new Line();
  const output = new Output(line);
  output.text('a');
  output.bytes(bytes('b'));
  output.text('c');
  output.clear();
  expect(output.unsentBytes).toBe(0);
  output.send();
  expect(line.calls).toEqual([]);
});
