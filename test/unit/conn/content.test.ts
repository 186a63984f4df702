import { expect, test } from 'vitest';
import { Content } from '../../../src/conn/content.js';

test('what a taker throws is for the handler to hear, and not for the connection', async () => {
  const owner = {
    bodyBytesMax: 100,
    pullContent: () => null,
    contentAwaited() {},
    contentWaitEnded() {},
    refuseContent() {},
  } as unknown as ConstructorParameters<typeof Content>[0];
  const content = new Content(owner, 10);
  const outOfMemory = new RangeError('Array buffer allocation failed');
  const read = content.readEach({
    heldBytes: 0,
    roomFor: (bytes) => bytes,
    add() {
      throw outOfMemory;
    },
  });
  expect(content.awaited).toBe(true);
  content.deliver(new Uint8Array(5));
  await expect(read).rejects.toBe(outOfMemory);
  expect(content.awaited).toBe(false);
  expect(content.copying).toBe(false);
});
