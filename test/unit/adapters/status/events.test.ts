import { describe, expect, test } from 'vitest';
import { Frames } from '../../../../src/adapters/status/events.js';

const scene = () => {
  const frames = new Frames();
  const client = new AbortController();
  return { frames, client, stream: frames.stream(() => '"first"', client.signal) };
};

describe('the event stream', () => {
  test('begins with the present, and goes on with each new frame', async () => {
    const { frames, stream } = scene();
    expect((await stream.next()).value).toBe('retry: 2000\ndata: "first"\n\n');
    const next = stream.next();
    frames.publish('"second"');
    expect((await next).value).toBe('data: "second"\n\n');
  });

  test('drops the frames that a slow reader has missed', async () => {
    const { frames, stream } = scene();
    await stream.next();
    for (let i = 2; i <= 1000; i++) frames.publish(`${i}`);
    expect((await stream.next()).value).toBe('data: 1000\n\n');
    const next = stream.next();
    frames.publish('1001');
    expect((await next).value).toBe('data: 1001\n\n');
  });

  test('ends for a reader that waits with a frame of the end, when its server drains', async () => {
    const frames = new Frames();
    const client = new AbortController();
    let made = 0;
    const stream = frames.stream(() => `${++made}`, client.signal);
    await stream.next();
    const next = stream.next();
    expect(frames.streams).toBe(1);
    client.abort();
    expect((await next).value).toBe('data: 2\n\n');
    expect((await stream.next()).done).toBe(true);
    expect(frames.streams).toBe(0);
  });

  test('is counted once, however it ends', async () => {
    const { frames, client, stream } = scene();
    await stream.next();
    await stream.return?.();
    expect((await stream.next()).done).toBe(true);
    client.abort();
    await stream.return?.();
    expect((await stream.next()).done).toBe(true);
    expect(frames.streams).toBe(0);
  });

  test('of a client that has left already is none', async () => {
    const frames = new Frames();
    const stream = frames.stream(() => '1', AbortSignal.abort());
    expect(frames.streams).toBe(0);
    expect((await stream.next()).done).toBe(false);
    expect((await stream.next()).done).toBe(true);
  });

  test('gives all streams the same frame', async () => {
    const { frames, stream } = scene();
    const other = frames.stream(() => '"first"', new AbortController().signal);
    expect(frames.streams).toBe(2);
    await Promise.all([stream.next(), other.next()]);
    frames.publish('"x"');
    expect((await stream.next()).value).toBe((await other.next()).value);
  });
});
