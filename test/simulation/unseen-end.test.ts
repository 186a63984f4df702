// A client that has gone behind bytes that nobody has asked for. sluice stops reading at the maximum of
// bytes read ahead, and the FIN lies in the kernel behind them. It has to be found all the same.

import { describe, expect, test } from 'vitest';
import { type Answer, reply } from '../../src/index.js';
import { Random } from '../../src/testing/network/index.js';
import {
  chunked,
  declared,
  eventStream,
  KIB,
  LEAVES,
  type Leave,
  MIB,
  openCount,
  SENT,
  SILENT,
  serve,
  visit,
  WIDE,
} from './unseen-end-scene.js';

describe.each(LEAVES)('a client that leaves by %s', (leave) => {
  const cases = Object.keys(SENT).flatMap((sent) =>
    Object.keys(SILENT).map((answer) => [sent, answer] as const),
  );

  test.each(cases)('behind %s is found: %s ends', async (sent, answer) => {
    const scene = serve((request, told) =>
      (SILENT[answer] as (typeof SILENT)[string])(request, told),
    );
    const { clock, server } = scene.simulated;
    const { client } = visit(scene, SENT[sent] as string);
    await clock.runAsync({ until: 300 });
    client[leave]();
    await clock.runAsync({ until: 9500 });
    expect(openCount(scene)).toBe(0);
    expect(scene.told.givenUp).toBe(1);
    expect(server.stats().bytes).toBe(0);
    await clock.runAsync();
    expect([scene.told.givenUp, scene.errors]).toEqual([1, []]);
  });
});

describe('a client that has gone behind unread content', () => {
  test.each(LEAVES)('by %s is found within three seconds or so', async (leave) => {
    const scene = serve((_request, told) => new Response(eventStream(told)));
    const { client } = visit(scene, declared(MIB));
    const { clock } = scene.simulated;
    await clock.runAsync({ until: 300 });
    client[leave]();
    await clock.runAsync({ until: 3500 });
    expect(openCount(scene)).toBe(0);
    expect(scene.told.givenUp).toBe(1);
  });

  test.each(LEAVES)(
    'by %s is found though its handler has read a part and waits',
    async (leave) => {
      const scene = serve((request) =>
        reply(
          (async function* () {
            const reader = request.body?.getReader();
            await reader?.read();
            yield 'some\n';
            await new Promise(() => undefined);
          })(),
        ),
      );
      const { client } = visit(scene, declared(900 * KIB));
      const { clock } = scene.simulated;
      await clock.runAsync({ until: 300 });
      client[leave]();
      await clock.runAsync({ until: 3500 });
      expect(openCount(scene)).toBe(0);
    },
  );

  test.each(LEAVES)('by %s is found while its handler runs, which is told', async (leave) => {
    const scene = serve(() => new Promise<Answer>(() => undefined));
    const { client } = visit(scene, declared(500 * KIB));
    const { clock } = scene.simulated;
    await clock.runAsync({ until: 300 });
    client[leave]();
    await clock.runAsync({ until: 11_500 });
    expect(scene.told.aborts).toEqual([leave === 'reset' ? 'peerReset' : 'peerEnded']);
    expect(openCount(scene)).toBe(0);
  });
});

describe('content that a client has sent is not lost', () => {
  // It begins so long after its head, and has said nothing until then.
  test.each([
    [900, 8 * MIB],
    [900, MIB],
    [1100, MIB],
    [5000, 8 * MIB],
    [60_000, MIB],
    [60_000, 300 * KIB],
  ])('an echo that begins after %d ms gets all of %d bytes', async (lateMs, length) => {
    const scene = serve(
      (request, _told, sleep) =>
        reply(
          (async function* () {
            yield 'begins;';
            await sleep(lateMs);
            for await (const chunk of request.body ?? []) yield chunk;
          })(),
        ),
      { limits: { bodyBytesMax: 8 * MIB } },
    );
    const { heard, client } = visit(scene, declared(length));
    await scene.simulated.clock.runAsync({ until: lateMs + 2000 });
    expect(heard.text.endsWith('0\r\n\r\n')).toBe(true);
    expect(heard.text.split('x').length - 1).toBe(length);
    expect(scene.errors).toEqual([]);
    client.destroy();
    await scene.simulated.clock.runAsync();
  });

  test('nor is that of a reader which waits for long between its chunks', async () => {
    const scene = serve(
      (request, _told, sleep) =>
        reply(
          (async function* () {
            let length = 0;
            for await (const chunk of request.body ?? []) {
              length += chunk.length;
              await sleep(20_000);
            }
            yield String(length);
          })(),
        ),
      { limits: { bodyBytesMax: 4 * MIB } },
    );
    const { heard, client } = visit(scene, declared(3 * MIB));
    await scene.simulated.clock.runAsync({ until: 2_000_000 });
    expect(heard.text).toContain(String(3 * MIB));
    client.destroy();
    await scene.simulated.clock.runAsync();
  });

  test.each([
    ['a stream', 900],
    ['a handler', 4500],
  ])(
    'nor that of a client which has ended its side, while %s reads every %d ms',
    async (by, ms) => {
      const scene = serve(async (request, _told, sleep) => {
        const read = async (): Promise<string> => {
          let length = 0;
          for await (const chunk of request.body ?? []) {
            length += chunk.length;
            await sleep(ms);
          }
          return String(length);
        };
        if (by === 'a handler') return reply(await read());
        return reply(
          (async function* () {
            yield await read();
          })(),
        );
      });
      const { heard, client } = visit(scene, declared(900 * KIB), {
        ...WIDE,
        readBytesMax: 30_000,
      });
      client.end();
      await scene.simulated.clock.runAsync();
      expect(heard.text).toContain(String(900 * KIB));
    },
  );

  test('but where it is more than may be kept, and nobody begins, its reader is told', async () => {
    const read: unknown[] = [];
    const scene = serve(
      (request, _told, sleep) =>
        reply(
          (async function* () {
            yield 'begins;';
            await sleep(10_000);
            read.push(await request.text().catch((error: unknown) => error));
            yield 'ends';
          })(),
        ),
      { limits: { bodyBytesMax: 2 * MIB, bufferedBytesMax: 16 * MIB } },
    );
    const { heard } = visit(scene, declared(2 * MIB));
    await scene.simulated.clock.runAsync({ until: 8500 });
    expect(scene.simulated.server.stats().bytes).toBeLessThan(KIB);
    await scene.simulated.clock.runAsync();
    expect(read).toEqual([
      expect.objectContaining({ name: 'BodyError', code: 'SLUICE_BODY_ABANDONED', status: 400 }),
    ]);
    expect(heard.text).toMatch(/ends\r\n0\r\n\r\n$/);
    expect([scene.faults, scene.errors]).toEqual([[], []]);
  });
});

describe('a client that is there', () => {
  test('costs no more memory than its content may have, and stays', async () => {
    const scene = serve((_request, told) => new Response(eventStream(told)), {
      limits: { bodyBytesMax: 300 * KIB },
    });
    visit(scene, chunked(200 * KIB).slice(0, -5));
    const { clock, server } = scene.simulated;
    await clock.runAsync({ until: 900 });
    expect(server.stats().bytes).toBeLessThanOrEqual(64 * KIB);
    await clock.runAsync({ until: 1_000_000 });
    expect(openCount(scene)).toBe(1);
    expect(server.stats().bytes).toBeLessThanOrEqual(430 * KIB);
    expect(scene.told).toEqual({ givenUp: 0, aborts: [] });
  });

  test('is read no faster than its handler, where the response goes on', async () => {
    const scene = serve((_request, _told, sleep) =>
      reply(
        (async function* () {
          for (;;) {
            yield 'event\n';
            await sleep(900);
          }
        })(),
      ),
    );
    const { client } = visit(scene, declared(MIB));
    const { clock, server } = scene.simulated;
    for (let until = 1000; until < 60_000; until += 1000) {
      await clock.runAsync({ until });
      expect(server.stats().bytes).toBeLessThanOrEqual(65 * KIB);
    }
    client.reset();
    await clock.runAsync({ until: 62_000 });
    expect(openCount(scene)).toBe(0);
  });

  test('and many like it leave memory for others', async () => {
    const scene = serve((_request, told) => new Response(eventStream(told)), {
      limits: { bufferedBytesMax: 16 * MIB },
    });
    for (let i = 0; i < 60; i++) visit(scene, declared(MIB));
    const { clock, server } = scene.simulated;
    await clock.runAsync({ until: 6000 });
    // Where memory is tight, nobody reads further.
    expect(server.stats().bytes).toBeLessThanOrEqual(0.7 * 16 * MIB);
    await clock.runAsync({ until: 20_000 });
    expect(server.stats().bytes).toBeLessThanOrEqual(0.7 * 16 * MIB);
    expect(openCount(scene)).toBe(60);
  });
});

describe('whatever a client sends, and however it goes', () => {
  const random = new Random(Number(process.env.SLUICE_SEED));
  const worlds = Array.from({ length: 40 }, (_, i) => [i, drawWorld(random)] as const);

  test.each(worlds)('it is found: world %d', async (_i, world) => {
    const { leave, text, answer, leavesAtMs, limits, link } = world;
    const scene = serve(
      (request, told) => (SILENT[answer] as (typeof SILENT)[string])(request, told),
      {
        limits,
      },
    );
    const { client } = visit(scene, text, link);
    const { clock, server } = scene.simulated;
    clock.at(leavesAtMs, () => client[leave]());
    await clock.runAsync({ until: leavesAtMs + 10_000 });
    expect([world.name, openCount(scene)]).toEqual([world.name, 0]);
    expect(server.stats().bytes).toBe(0);
    expect(scene.errors).toEqual([]);
  });
});

function drawWorld(random: Random) {
  const leave: Leave = random.pick(LEAVES);
  const length = random.integer(1, 700) * KIB;
  const isChunked = random.chance(0.5);
  const answer = random.pick(Object.keys(SILENT));
  const text = isChunked ? chunked(length, random.pick([100, 5000, 65_536])) : declared(length);
  const cutTo = random.chance(0.3) ? random.integer(text.length / 2, text.length) : text.length;
  const readAheadBytesMax = random.pick([1, 500, 64 * KIB, 200 * KIB]);
  const bodyBytesMax = random.pick([1000, 100 * KIB, MIB]);
  const leavesAtMs = random.pick([0, 20, 500, 1500, 20_000]);
  const limits = { readAheadBytesMax, bodyBytesMax, peerEndedMs: random.pick([50, 400, 4000]) };
  const link = {
    ...WIDE,
    readBytesMax: random.pick([1000, 65_536]),
    resetDiscardsChance: random.pick([0, 1]),
    resetAsFinChance: random.pick([0, 1]),
  };
  const name = `${leave} at ${leavesAtMs}, ${length} ${isChunked ? 'chunked' : 'declared'}, ${answer}`;
  return { leave, text: text.slice(0, cutTo), answer, leavesAtMs, limits, link, name };
}
