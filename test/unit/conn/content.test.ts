// The content of one request: what its reader is given and when, and what of it is held.

import { describe, expect, test } from 'vitest';
import { Content, type ContentOwner, type ContentSink } from '../../../src/conn/content.js';
import type { ChunkTaker } from '../../../src/http/request/incoming.js';
import { settle } from '../../support/loop-turns.js';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
const textOf = (chunk: Uint8Array | undefined | null): string | undefined | null =>
  chunk ? Buffer.from(chunk).toString() : chunk;

/** A request that notes what it is asked. What is pulled next, the test says: nothing has come otherwise. */
class Owner implements ContentOwner {
  bodyBytesMax = 100;
  readonly asked: string[] = [];
  readonly coming: (Uint8Array | undefined)[] = [];
  readonly parts = { environment: { makeMemory: (length: number) => new Uint8Array(length) } };

  pullContent(): Uint8Array | undefined | null {
    return this.coming.length === 0 ? null : this.coming.shift();
  }
  memoryFits(length: number, isAll: boolean): boolean {
    this.asked.push(`fits ${length} ${isAll}`);
    return length < 10;
  }
  heldChanged(): void {
    this.asked.push('held');
  }
  refuseContent(): void {
    this.asked.push('refuse');
  }
  contentAwaited(): void {
    this.asked.push('awaited');
  }
  contentWaitEnded(): void {
    this.asked.push('ended');
  }
}

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

class Scene {
  readonly owner = new Owner();
  readonly content: Content;

  constructor(declared = -1) {
    this.content = new Content(this.owner, declared);
  }

  /** A reader asks for the next chunk: what it was given, once it was. */
  read(): (string | undefined)[] {
    const given: (string | undefined)[] = [];
    void this.content.read().then(
      (chunk) => given.push(textOf(chunk) ?? undefined),
      (error) => given.push(String(error)),
    );
    return given;
  }

  get now(): string | undefined | null {
    return textOf(this.content.readNow());
  }
}

class Sink implements ContentSink {
  copies = false;
  readonly told: string[] = [];
  isFull = false;
  /** Called within the next chunk. */
  onNext: () => void = () => undefined;

  onChunk(chunk: Uint8Array): boolean {
    this.told.push(textOf(chunk) as string);
    this.onNext();
    return !this.isFull;
  }

  onEnd(): void {
    this.told.push('end');
  }

  onFailure(error: Error): void {
    this.told.push(String(error));
  }
}

describe('content that is gathered', () => {
  test("in one chunk is copied for its reader, since its memory is another's", () => {
    const { content } = new Scene(3);
    const memory = bytes('[abc]');
    content.gather(memory.subarray(1, 4));
    expect(content.heldBytes).toBe(3);
    const chunk = content.readNow() as Uint8Array;
    memory.fill(0);
    expect([textOf(chunk), chunk.buffer.byteLength]).toEqual(['abc', 3]);
  });

  test('is copied once where nobody has read it when its memory is given back', () => {
    const { content } = new Scene(3);
    const memory = bytes('[abc]');
    content.gather(memory.subarray(1, 4));
    content.end([]);
    expect(content.complete?.[0]?.buffer).toBe(memory.buffer);
    content.keep();
    memory.fill(0);
    const [chunk] = content.complete as [Uint8Array];
    content.keep();
    expect([content.heldBytes, textOf(chunk), chunk.buffer.byteLength]).toEqual([3, 'abc', 3]);
    expect([content.readNow() === chunk, content.readNow()]).toEqual([true, undefined]);
  });

  test('and was read, or refused, has nothing to keep', () => {
    for (const what of ['readNow', 'cancel'] as const) {
      const { content } = new Scene(3);
      content.gather(bytes('abc'));
      content.end([]);
      content[what]();
      content.keep();
      expect([content.heldBytes, content.readNow()]).toEqual([0, undefined]);
    }
  });

  test('is lent to a taker', async () => {
    const { content } = new Scene(3);
    const memory = bytes('[abc]');
    content.gather(memory.subarray(1, 4));
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
    content.gather(memory.subarray(1, 4));
    const chunk = content.lendNow() as Uint8Array;
    expect([textOf(chunk), chunk.buffer === memory.buffer]).toEqual(['abc', true]);
    expect([content.copying, content.heldBytes]).toEqual([false, 0]);
  });

  test('in several is given as one, and all of its memory is held from the first', () => {
    const scene = new Scene(5);
    for (const chunk of ['ab', 'c', 'de']) {
      scene.content.gather(bytes(chunk));
      expect(scene.content.heldBytes).toBe(5);
    }
    scene.content.end([]);
    expect([scene.now, scene.content.heldBytes, scene.now]).toEqual(['abcde', 0, undefined]);
  });

  test('is complete when it has ended and nobody has begun to read', () => {
    const { content } = new Scene(2);
    content.gather(bytes('ab'));
    expect(content.complete).toBe(undefined);
    content.end([]);
    expect(content.complete?.map(textOf)).toEqual(['ab']);
    content.readNow();
    expect(content.complete).toBe(undefined);
  });

  test('is complete up to the maximum of the request', () => {
    const { content, owner } = new Scene(2);
    content.gather(bytes('ab'));
    content.end([]);
    owner.bodyBytesMax = 2;
    expect(content.complete?.length).toBe(1);
    owner.bodyBytesMax = 1;
    expect(content.complete).toBe(undefined);
  });

  test('and failed is never complete', () => {
    const { content } = new Scene(2);
    content.gather(bytes('ab'));
    content.end([]);
    content.refuse(new Error('x'));
    expect(content.complete).toBe(undefined);
  });
});

describe('a reader', () => {
  test('is given what has come, without a wait', async () => {
    const scene = new Scene();
    scene.owner.coming.push(bytes('ab'), undefined);
    const given = [scene.read(), scene.read()];
    await settle();
    expect(given).toEqual([['ab'], [undefined]]);
    expect(scene.owner.asked).toEqual([]);
  });

  test('waits for what has not come, and is given it once', async () => {
    const scene = new Scene();
    const given = scene.read();
    expect([scene.content.awaited, scene.owner.asked]).toEqual([true, ['awaited']]);
    scene.content.deliver(bytes('ab'));
    expect([scene.content.awaited, scene.owner.asked]).toEqual([false, ['awaited', 'ended']]);
    scene.content.deliver(bytes('cd'));
    await settle();
    expect([given, scene.owner.asked]).toEqual([['ab'], ['awaited', 'ended']]);
  });

  test('that waits is told of the end, and one that asks later too', async () => {
    const scene = new Scene();
    const given = scene.read();
    scene.content.end(['X', 'y']);
    await settle();
    expect([given, scene.now, scene.content.trailers]).toEqual([
      [undefined],
      undefined,
      ['X', 'y'],
    ]);
  });

  test('has begun with its first question, be it answered or not', () => {
    const scene = new Scene();
    expect([scene.content.begun, scene.now, scene.content.begun]).toEqual([false, null, true]);
  });

  test.each([
    [100, []],
    [101, ['refuse']],
  ])('of a declared length of %i, with a maximum of 100, asks once: %j', (declared, asked) => {
    const scene = new Scene(declared);
    expect([scene.now, scene.now]).toEqual([null, null]);
    expect(scene.owner.asked).toEqual(asked);
  });

  test('that may read more than it was told at first is not refused', () => {
    const scene = new Scene(101);
    scene.owner.bodyBytesMax = 101;
    expect([scene.now, scene.owner.asked]).toEqual([null, []]);
  });

  test('of content that has failed already is told that, and nothing is refused again', async () => {
    const scene = new Scene(101);
    scene.content.fail(new Error('x'));
    const given = scene.read();
    await settle();
    expect([given, scene.owner.asked]).toEqual([['Error: x'], []]);
  });
});

describe('a sink', () => {
  test('is given chunk after chunk in one wait, and then the end', () => {
    const { content, owner } = new Scene();
    const sink = new Sink();
    content.flowTo(sink);
    content.deliver(bytes('ab'));
    content.deliver(bytes('cd'));
    expect([sink.told, content.awaited, owner.asked]).toEqual([['ab', 'cd'], true, ['awaited']]);
    content.end([]);
    expect([sink.told, content.awaited]).toEqual([['ab', 'cd', 'end'], false]);
    expect(owner.asked).toEqual(['awaited', 'ended']);
  });

  test('that copies needs no memory of a chunk, and neither does one that is lent the next', () => {
    const { content, owner } = new Scene();
    const sink = new Sink();
    content.flowTo(sink);
    expect(content.copying).toBe(false);
    sink.copies = true;
    expect(content.copying).toBe(true);
    content.end([]);
    expect(content.copying).toBe(false);
    const lent = new Content(owner, -1);
    const seen: boolean[] = [];
    owner.pullContent = () => {
      seen.push(lent.copying);
      return null;
    };
    expect([lent.lendNow(), lent.readNow(), seen]).toEqual([null, null, [true, false]]);
  });

  test('is given no more once it is full, until it asks again', () => {
    const { content, owner } = new Scene();
    const sink = new Sink();
    content.flowTo(sink);
    sink.isFull = true;
    content.deliver(bytes('ab'));
    expect([content.awaited, owner.asked]).toEqual([false, ['awaited', 'ended']]);
    content.flowTo(sink);
    content.fail(new Error('x'));
    content.end([]);
    expect(sink.told).toEqual(['ab', 'Error: x']);
    expect(owner.asked).toEqual(['awaited', 'ended', 'awaited', 'ended']);
  });

  test.each([
    ['fails', (content: Content) => content.refuse(new Error('x')), 'Error: x'],
    ['is cancelled', (content: Content) => content.cancel(), 'end'],
  ])('hears once where the content %s as it takes a chunk', (_how, what, told) => {
    for (const isFull of [false, true]) {
      const { content, owner } = new Scene();
      const sink = new Sink();
      sink.isFull = isFull;
      sink.onNext = () => what(content);
      content.flowTo(sink);
      content.deliver(bytes('ab'));
      expect([sink.told, content.awaited]).toEqual([['ab', told], false]);
      expect(owner.asked).toEqual(['awaited', 'ended']);
    }
  });

  test('that asks anew as it takes a chunk, waits', () => {
    const { content } = new Scene();
    const [first, second] = [new Sink(), new Sink()];
    first.isFull = true;
    first.onNext = () => {
      content.cancel();
      content.flowTo(second);
    };
    content.flowTo(first);
    content.deliver(bytes('ab'));
    expect([first.told, second.told, content.awaited]).toEqual([['ab', 'end'], [], true]);
  });

  test('counts what it was given as kept where all is', () => {
    const { content } = new Scene();
    content.countAllRead();
    content.flowTo(new Sink());
    content.deliver(bytes('ab'));
    content.deliver(bytes('cde'));
    expect([content.keptBytes, content.heldBytes]).toEqual([5, 5]);
  });
});

describe('content that fails', () => {
  test('rejects the reader that waits, once, and every one after it', async () => {
    const scene = new Scene();
    const given = scene.read();
    scene.content.fail(new Error('first'));
    scene.content.fail(new Error('second'));
    scene.content.deliver(bytes('late'));
    const later = scene.read();
    await settle();
    expect([given, later]).toEqual([['Error: first'], ['Error: first']]);
    expect(scene.owner.asked).toEqual(['awaited', 'ended']);
  });

  test('tells a sink at once that comes too late', () => {
    const { content, owner } = new Scene();
    content.fail(new Error('x'));
    const sink = new Sink();
    content.flowTo(sink);
    expect([sink.told, content.awaited, owner.asked]).toEqual([['Error: x'], false, []]);
  });

  test('after its end has not failed: what was gathered is still read', () => {
    const scene = new Scene(2);
    scene.content.gather(bytes('ab'));
    scene.content.end(['X', 'y']);
    scene.content.fail(new Error('x'));
    expect([scene.now, scene.now, scene.content.trailers]).toEqual(['ab', undefined, ['X', 'y']]);
  });

  test('has no trailers, and none of what was gathered is held', () => {
    const { content } = new Scene(3);
    content.gather(bytes('ab'));
    content.fail(new Error('x'));
    expect([content.trailers, content.heldBytes, content.readNow()]).toEqual([[], 0, null]);
  });
});

describe('content that its reader has no more use for', () => {
  test('has ended for the reader, who may be waiting', async () => {
    const scene = new Scene();
    const given = scene.read();
    scene.content.cancel();
    await settle();
    scene.owner.coming.push(bytes('late'));
    expect([given, scene.now]).toEqual([[undefined], undefined]);
    expect(scene.owner.asked).toEqual(['awaited', 'ended']);
  });

  test('is held no longer', () => {
    const { content } = new Scene(3);
    content.gather(bytes('ab'));
    content.cancel();
    expect([content.heldBytes, content.cancelled, content.begun]).toEqual([0, true, true]);
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
    content.gather(bytes('ab'));
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
    content.gather(bytes('abc'));
    expect([content.orphan(), content.adopt()]).toEqual([0, 0]);
    content.end([]);
    expect([content.orphan(), content.adopt(), content.adopt()]).toEqual([3, 3, 0]);
  });
});

test('asks its request whether there is memory, and for it', () => {
  const { content, owner } = new Scene(7);
  expect([content.memoryFits(9, true), content.memoryFits(10, false)]).toEqual([true, false]);
  expect(owner.asked).toEqual(['fits 9 true', 'fits 10 false']);
  expect([content.makeMemory(4).length, content.declaredBytes]).toEqual([4, 7]);
});
