// The content of one request: what its reader is given and when, and what of it is held.

import { describe, expect, test } from 'vitest';
import { Content, type ContentSink } from '../../../../src/conn/read/content.js';
import { settle } from '../../../support/loop-turns.js';
import { bytes, Scene, textOf } from './content-scene.js';

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
    scene.content.gather(bytes('ab'), 0, 2);
    scene.content.end(['X', 'y']);
    scene.content.fail(new Error('x'));
    expect([scene.now, scene.now, scene.content.trailers]).toEqual(['ab', undefined, ['X', 'y']]);
  });

  test('has no trailers, and none of what was gathered is held', () => {
    const { content } = new Scene(3);
    content.gather(bytes('ab'), 0, 2);
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
    content.gather(bytes('ab'), 0, 2);
    content.cancel();
    expect([content.heldBytes, content.cancelled, content.begun]).toEqual([0, true, true]);
  });
});

test('asks its request whether there is memory, and for it', () => {
  const { content, owner } = new Scene(7);
  expect([content.memoryFits(9, true), content.memoryFits(10, false)]).toEqual([true, false]);
  expect(owner.asked).toEqual(['fits 9 true', 'fits 10 false']);
  expect([content.makeMemory(4).length, content.declaredBytes]).toEqual([4, 7]);
});
