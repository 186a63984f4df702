// What wake-ups produced leaves in one write, in its order.

import { describe, expect, test } from 'vitest';
import { JOINED_BYTES_MAX, Output } from '../../../../src/conn/bytes/output.js';
import { RecordingTransport } from '../../../support/recording-transport.js';

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

describe('memory that changes its length before it is sent', () => {
  const transfer = (memory: Uint8Array): void => {
    structuredClone(memory, { transfer: [memory.buffer as ArrayBuffer] });
  };
  /** Length in bytes, and what becomes of the memory. */
  const changes: [string, number, () => Uint8Array, (memory: Uint8Array) => void][] = [];
  for (const length of [100, JOINED_BYTES_MAX + 1]) {
    // Boundary: the types don't know buffers that can be resized.
    const resizable = () =>
      new Uint8Array(Reflect.construct(ArrayBuffer, [length, { maxByteLength: 2 * length }]));
    const resize = (to: number) => (memory: Uint8Array) =>
      (memory.buffer as ArrayBuffer & { resize(length: number): void }).resize(to);
    changes.push(
      ['is transferred', length, () => new Uint8Array(length), transfer],
      ['shrinks', length, resizable, resize(length - 1)],
      ['grows', length, resizable, resize(length + 1)],
    );
  }

  test.each(changes)('and %s, with %i bytes, sends nothing', (_how, _length, make, change) => {
    const line = new Line();
    const output = new Output(line);
    const memory = make();
    output.text('5\r\n');
    output.bytes(memory);
    output.text('\r\n');
    change(memory);
    expect(() => output.send()).toThrow(
      expect.objectContaining({ code: 'SLUICE_REPLY_LENGTH_INVALID' }),
    );
    expect(line.calls).toEqual([]);
    output.send();
    expect(line.calls).toEqual([]);
  });

  test('and memory that says another length than it has, sends nothing', () => {
    class Lying extends Uint8Array {
      override get length(): number {
        return 64;
      }
    }
    const line = new Line();
    const output = new Output(line);
    output.bytes(new Lying(5));
    expect(() => output.send()).toThrow('64 with all that goes with them, and now 5');
    expect(line.calls).toEqual([]);
  });
});
