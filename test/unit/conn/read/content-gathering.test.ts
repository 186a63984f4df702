// Content that is gathered or taken: what is copied, what is lent, and how long its memory is held.

import { describe, expect, test } from 'vitest';
import type { ChunkTaker } from '../../../../src/http/request/incoming.js';
import { settle } from '../../../support/loop-turns.js';
import { bytes, Scene, textOf } from './content-scene.js';

/** Copies what it takes. */
class Taker implements ChunkTaker {
  readonly taken: (string | undefined | null)[] = [];
  heldBytes = 0;
  room = 3;

  add(chunk: Uint8Array): void {
    this.taken.push(textOf(chunk));
    this.heldBytes += chunk.length;
  }
  roomFor(length: number): number {
    return Math.min(length, this.room);
  }
}

describe('content that is gathered', () => {
  test("in one chunk is copied for its reader, since its memory is another's", () => {
    const { content } = new Scene(3);
    const memory = bytes('[abc]');
    content.gather(memory, 1, 4);
    expect(content.heldBytes).toBe(3);
    const chunk = content.readNow() as Uint8Array;
    memory.fill(0);
    expect([textOf(chunk), chunk.buffer.byteLength]).toEqual(['abc', 3]);
  });

  test('is copied once where nobody has read it when its memory is given back', () => {
    const { content } = new Scene(3);
    const memory = bytes('[abc]');
    content.gather(memory, 1, 4);
    content.end([]);
    expect(content.complete?.buffer).toBe(memory.buffer);
    content.keep();
    memory.fill(0);
    const { complete: chunk } = content;
    content.keep();
    expect([content.heldBytes, textOf(chunk), chunk?.buffer.byteLength]).toEqual([3, 'abc', 3]);
    expect([content.readNow()?.buffer === chunk?.buffer, content.readNow()]).toEqual([
      true,
      undefined,
    ]);
  });

  test('and was read, or refused, has nothing to keep', () => {
    for (const what of ['readNow', 'cancel'] as const) {
      const { content } = new Scene(3);
      content.gather(bytes('abc'), 0, 3);
      content.end([]);
      content[what]();
      content.keep();
      expect([content.heldBytes, content.readNow()]).toEqual([0, undefined]);
    }
  });

  test('is lent to a taker', async () => {
    const { content } = new Scene(3);
    const memory = bytes('[abc]');
    content.gather(memory, 1, 4);
    content.end([]);
    const taken: unknown[] = [];
    await content.readEach({
      add: (chunk) => taken.push(textOf(chunk), chunk.buffer === memory.buffer),
      heldBytes: 0,
      roomFor: (length) => length,
    });
    expect(taken).toEqual(['abc', true]);
  });

  test('is lent to a reader that makes its own of it within the call', () => {
    const { content } = new Scene(3);
    const memory = bytes('[abc]');
    content.gather(memory, 1, 4);
    const chunk = content.lendNow() as Uint8Array;
    expect([textOf(chunk), chunk.buffer === memory.buffer]).toEqual(['abc', true]);
    expect([content.copying, content.heldBytes]).toEqual([false, 0]);
  });

  test('in several is given as one, and all of its memory is held from the first', () => {
    const scene = new Scene(5);
    for (const chunk of ['ab', 'c', 'de']) {
      scene.content.gather(bytes(chunk), 0, chunk.length);
      expect(scene.content.heldBytes).toBe(5);
    }
    scene.content.end([]);
    expect([scene.now, scene.content.heldBytes, scene.now]).toEqual(['abcde', 0, undefined]);
  });

  test('is complete when it has ended and nobody has begun to read', () => {
    const { content } = new Scene(2);
    content.gather(bytes('ab'), 0, 2);
    expect(content.complete).toBe(undefined);
    content.end([]);
    expect(textOf(content.complete)).toEqual('ab');
    content.readNow();
    expect(content.complete).toBe(undefined);
  });

  test('is complete up to the maximum of the request', () => {
    const { content, owner } = new Scene(2);
    content.gather(bytes('ab'), 0, 2);
    content.end([]);
    owner.bodyBytesMax = 2;
    expect(content.complete?.length).toBe(2);
    owner.bodyBytesMax = 1;
    expect(content.complete).toBe(undefined);
  });

  test.each(['takeText', 'takeBytes'] as const)('is taken whole, once, by %s', (take) => {
    const { content } = new Scene(3);
    const memory = bytes('[abc]');
    content.gather(memory, 1, 4);
    expect([content[take](), content.begun]).toEqual([undefined, false]);
    content.end([]);
    const taken = content[take]();
    memory.fill(0);
    expect(typeof taken === 'string' ? taken : textOf(taken)).toBe('abc');
    if (typeof taken === 'object') expect(taken.buffer.byteLength).toBe(3);
    // It counts until the handler answers.
    expect([content.begun, content.heldBytes, content.keptBytes]).toEqual([true, 3, 3]);
    content.keep();
    expect([content[take](), content.complete, content.readNow()]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    content.forgetKept();
    expect(content.heldBytes).toBe(0);
  });

  test('and has no bytes is taken as no text', () => {
    const [text, none] = [new Scene(0).content, new Scene(0).content];
    text.end([]);
    none.end([]);
    expect([text.takeText(), none.takeBytes()]).toEqual(['', new Uint8Array(0)]);
  });

  test('is taken from the memory in which it was joined, too', () => {
    const { content } = new Scene(3);
    content.gather(bytes('[ab]'), 1, 3);
    content.gather(bytes('c'), 0, 1);
    content.end([]);
    content.keep();
    expect([content.takeText(), content.heldBytes]).toEqual(['abc', 3]);
  });

  test('beyond the maximum of the request is not taken', () => {
    const { content, owner } = new Scene(2);
    content.gather(bytes('ab'), 0, 2);
    content.end([]);
    owner.bodyBytesMax = 1;
    expect([content.takeText(), content.takeBytes(), content.begun]).toEqual([
      undefined,
      undefined,
      false,
    ]);
  });

  test('and failed is never complete', () => {
    const { content } = new Scene(2);
    content.gather(bytes('ab'), 0, 2);
    content.end([]);
    content.refuse(new Error('x'));
    expect(content.complete).toBe(undefined);
  });
});

describe('a taker', () => {
  test('takes all that has come and all that comes, until the end', async () => {
    const { content, owner } = new Scene();
    const taker = new Taker();
    owner.coming.push(bytes('ab'), bytes('c'));
    let isDone = false;
    void content.readEach(taker).then(() => {
      isDone = true;
    });
    expect([taker.taken, content.copying, content.awaited]).toEqual([['ab', 'c'], true, true]);
    content.deliver(bytes('d'));
    expect([taker.taken, content.awaited]).toEqual([['ab', 'c', 'd'], true]);
    content.end([]);
    await settle();
    expect([isDone, content.copying]).toEqual([true, false]);
  });

  test('holds what it took, which is its handler’s at the end, until the handler has answered', async () => {
    const { content } = new Scene();
    const taker = new Taker();
    void content.readEach(taker);
    content.deliver(bytes('abc'));
    expect([content.heldBytes, content.keptBytes]).toEqual([3, 0]);
    content.end([]);
    expect([content.heldBytes, content.keptBytes]).toEqual([3, 3]);
    content.forgetKept();
    expect(content.heldBytes).toBe(0);
  });

  test('of content that is all here is done at once, and the connection told what is held', () => {
    const { content, owner } = new Scene(2);
    content.gather(bytes('ab'), 0, 2);
    content.end([]);
    const taker = new Taker();
    void content.readEach(taker);
    expect([taker.taken, content.keptBytes, content.copying]).toEqual([['ab'], 2, false]);
    expect(owner.asked).toEqual(['held']);
  });

  test('of content that ends with the chunk that is pulled keeps that chunk, too', () => {
    const { content, owner } = new Scene();
    owner.pullContent = () => {
      content.end([]);
      return bytes('ab');
    };
    const taker = new Taker();
    void content.readEach(taker);
    expect([taker.taken, content.keptBytes]).toEqual([['ab'], 2]);
  });

  test('says for how much there is room; without one there is room for all', () => {
    const { content } = new Scene();
    expect(content.roomFor(5)).toBe(5);
    void content.readEach(new Taker());
    expect([content.roomFor(5), content.roomFor(2)]).toEqual([3, 2]);
  });

  test('that throws fails the content, for the handler to hear and not for the connection', async () => {
    const { content } = new Scene(10);
    const outOfMemory = new RangeError('Array buffer allocation failed');
    const taker = new Taker();
    taker.add = () => {
      throw outOfMemory;
    };
    const read = content.readEach(taker);
    expect(content.awaited).toBe(true);
    content.deliver(new Uint8Array(5));
    await expect(read).rejects.toBe(outOfMemory);
    expect([content.awaited, content.copying]).toEqual([false, false]);
  });

  test('of content that fails meanwhile takes no more, and is told', async () => {
    const { content } = new Scene();
    const taker = new Taker();
    const read = content.readEach(taker);
    content.fail(new Error('x'));
    await expect(read).rejects.toThrow('x');
    expect([content.copying, content.keptBytes]).toEqual([false, 0]);
  });

  test('of content that has failed takes nothing', async () => {
    const { content } = new Scene();
    content.fail(new Error('x'));
    await expect(content.readEach(new Taker())).rejects.toThrow('x');
    expect(content.copying).toBe(false);
  });
});

describe('memory that a handler keeps', () => {
  test('is each chunk that it reads from when it says so', () => {
    const { content, owner } = new Scene();
    owner.coming.push(bytes('before'), bytes('ab'));
    content.readNow();
    content.countAllRead();
    content.readNow();
    void content.read();
    content.deliver(bytes('c'));
    expect([content.keptBytes, content.heldBytes]).toEqual([3, 3]);
  });

  test('is counted by whoever outlives the request: all of it where all has come', () => {
    const { content } = new Scene(3);
    content.gather(bytes('abc'), 0, 3);
    expect([content.orphan(), content.adopt()]).toEqual([0, 0]);
    content.end([]);
    expect([content.orphan(), content.adopt(), content.adopt()]).toEqual([3, 3, 0]);
  });
});
