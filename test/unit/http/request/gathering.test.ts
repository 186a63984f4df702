import { describe, expect, test } from 'vitest';
import { Gathering } from '../../../../src/http/request/gathering.js';

const MIB = 1024 * 1024;

function filled(length: number, by: number): Uint8Array {
  return new Uint8Array(length).fill(by);
}

describe('content that is put together', () => {
  test('is whole and in memory of its own, however it was cut and whatever was declared', () => {
    for (const declared of [-1, 0, 3, 10, 200_000, 3 * MIB]) {
      for (const lengths of [[], [0], [3], [1, 2], [65_000, 70_000, 65_000], [MIB, 1, 2 * MIB]]) {
        const gathering = new Gathering(declared, false);
        const parts = lengths.map((length, i) => filled(length, i + 1));
        for (const part of parts) gathering.add(part);
        const bytes = gathering.take();
        expect(Buffer.compare(bytes, Buffer.concat(parts))).toBe(0);
        expect(bytes.buffer.byteLength).toBe(bytes.length);
      }
    }
  });

  test('is put into memory that was made for it, and shows no more of that than was written', () => {
    const made: number[] = [];
    const make = (bytes: number): Uint8Array<ArrayBuffer> => {
      made.push(bytes);
      return new Uint8Array(bytes).fill(9);
    };
    for (const declared of [-1, 150]) {
      const gathering = new Gathering(declared, false, make);
      gathering.add(filled(100, 1));
      gathering.add(filled(50, 1));
      const bytes = gathering.take();
      expect(bytes).toEqual(filled(150, 1));
      expect(bytes.buffer.byteLength).toBe(150);
    }
    expect(made).toEqual([400, 150]);
  });

  test('is a copy: what was lent may be used again', () => {
    const lent = filled(100, 1);
    const gathering = new Gathering(100, false);
    gathering.add(lent);
    lent.fill(2);
    expect(gathering.take()).toEqual(filled(100, 1));
  });

  test('shows nothing of what used the same memory before', () => {
    const before = new Gathering(MIB, true);
    before.add(filled(MIB, 1));
    let memory: ArrayBufferLike | undefined;
    before.pass((bytes) => {
      memory = bytes.buffer;
      expect(bytes.length).toBe(MIB);
    });
    const next = new Gathering(MIB, true);
    next.add(filled(70_000, 2));
    next.pass((bytes) => {
      expect(bytes.buffer).toBe(memory);
      expect(Buffer.compare(bytes, filled(70_000, 2))).toBe(0);
    });
  });

  test('never shares its memory with content of the same time, or with what was taken', () => {
    const kept = new Gathering(MIB, false);
    kept.add(filled(MIB, 1));
    const taken = kept.take();
    const both = [3, 4].map((by) => {
      const gathering = new Gathering(MIB, true);
      gathering.add(filled(MIB, by));
      return gathering;
    });
    both.forEach((gathering, i) => {
      gathering.pass((bytes) => expect(Buffer.compare(bytes, filled(MIB, i + 3))).toBe(0));
    });
    expect(Buffer.compare(taken, filled(MIB, 1))).toBe(0);
  });

  test('gives its memory back when nobody wants it, or its user throws', () => {
    const memoryOf = (): ArrayBufferLike => {
      const gathering = new Gathering(MIB, true);
      gathering.add(filled(70_000, 1));
      return gathering.pass((bytes) => bytes.buffer);
    };
    const memory = memoryOf();
    const dropped = new Gathering(MIB, true);
    dropped.add(filled(70_000, 1));
    dropped.drop();
    const throwing = new Gathering(MIB, true);
    throwing.add(filled(70_000, 1));
    expect(() =>
      throwing.pass(() => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(memoryOf()).toBe(memory);
  });

  test('claims no more than 64 times of what has come, whatever was declared', () => {
    const gathering = new Gathering(1024 * MIB, true);
    gathering.add(filled(100, 1));
    gathering.pass((bytes) => expect(bytes.buffer.byteLength).toBe(6400));
  });
});
