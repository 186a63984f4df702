// The end of a tunnel: of one way, of both, and by an error.

import { describe, expect, test } from 'vitest';
import type { RequestCompleted } from '../../../../src/index.js';
import { HEAD, Tunnelled } from './tunnel-scene.js';

describe('the end', () => {
  test('of our way is a FIN behind the last byte, and reading goes on', async () => {
    const scene = await Tunnelled.open();
    scene.line.unflushedBytes = 1;
    scene.port.write('x');
    scene.port.end();
    scene.port.end();
    expect([scene.port.write('ignored'), scene.line.calls, scene.state]).toEqual([
      true,
      [],
      'tunnel/flushing/last',
    ]);
    scene.line.unflushedBytes = 0;
    scene.lookAgain();
    expect([scene.line.calls, scene.state]).toEqual([['end'], 'tunnel/shut/last']);
    scene.come('still');
    expect(scene.read()).toBe('still');
    scene.read();
    scene.fin();
    expect(scene.heard).toEqual(['flushed', 'end', 'closed']);
    expect([scene.line.calls, scene.written]).toEqual([['end', 'destroy'], 'x']);
    expect(scene.observed.slice(-2).map(([what, , , status]) => [what, status])).toEqual([
      ['completed', 101],
      ['closed', undefined],
    ]);
  });

  test('leaves what nobody has read to the reader', async () => {
    const scene = await Tunnelled.open('one');
    scene.come('two');
    scene.port.end();
    scene.fin();
    expect([scene.heard, scene.port.closed, scene.parts.ledger.bytes]).toEqual([
      ['flushed', 'closed'],
      true,
      0,
    ]);
    expect([scene.read(), scene.read(), scene.read()]).toEqual(['one', 'two', undefined]);
  });

  test.each([
    ['the client', (scene: Tunnelled) => scene.fin(), 'closed/tunnel/last', 'peerEnded'],
    ['us', (scene: Tunnelled) => scene.port.end(), 'tunnel/shut/last', 'writeStalled'],
  ])('of one way, by %s, bounds the silence of the other', async (_who, end, state, reason) => {
    const scene = await Tunnelled.open('', { limits: { writeStallMs: 700 } });
    end(scene);
    expect(scene.state).toBe(state);
    await scene.to(600);
    // It is not silent.
    if (state.startsWith('closed')) scene.port.write('x');
    else scene.come('x');
    await scene.to(1200);
    expect(scene.port.closed).toBe(false);
    await scene.to(1400);
    expect(scene.heard).toContain(`cut: ${reason}`);
  });

  test('does not come to a silent tunnel that is open both ways', async () => {
    const scene = await Tunnelled.open();
    await scene.to(7 * 24 * 3_600_000);
    expect([scene.heard, scene.state]).toEqual([[], 'tunnel/tunnel/last']);
  });

  test('by destroy() is a reset, and the error is given back', async () => {
    const scene = await Tunnelled.open('unread');
    scene.port.destroy({ reason: 'mine' });
    scene.port.destroy();
    expect([scene.heard, scene.line.calls]).toEqual([['cut: mine'], ['reset']]);
    expect([scene.read(), scene.port.write('x'), scene.port.unflushedBytes]).toEqual([
      null,
      true,
      0,
    ]);
  });

  test('by destroy() without an error says that we closed it', async () => {
    const scene = await Tunnelled.open();
    scene.port.destroy();
    expect([scene.heard, scene.connection.ending.reason]).toEqual([['cut: closed'], 'closed']);
  });

  test('by a reset of the client is told, and its bytes are counted', async () => {
    const records: RequestCompleted[] = [];
    const scene = await Tunnelled.open('', {
      observer: { requestCompleted: (record) => void records.push(record) },
    });
    scene.port.write('abc');
    scene.reset();
    expect(scene.heard).toEqual(['cut: peerReset']);
    expect(records).toMatchObject([
      { responseBytes: HEAD.length + 3, responseContentBytes: 3, reason: 'peerReset' },
    ]);
  });
});

describe('a tunnel that its owner leaves', () => {
  test('sends what was written, and discards what comes until the FIN', async () => {
    const scene = await Tunnelled.open('unread');
    scene.port.write('last words');
    scene.port.leave();
    expect([scene.line.calls, scene.state]).toEqual([['end'], 'discard/shut/last']);
    scene.come('more');
    scene.fin();
    expect([scene.heard, scene.line.calls, scene.written]).toEqual([
      [],
      ['end', 'destroy'],
      'last words',
    ]);
    expect(scene.read()).toBe(null);
  });

  test('waits for the FIN no longer than a lingering close does', async () => {
    const scene = await Tunnelled.open('', { limits: { lingerMs: 50 } });
    scene.port.end();
    scene.port.leave();
    scene.port.leave();
    scene.port.destroy();
    expect([scene.line.calls.at(-1), scene.state]).toEqual(['end', 'discard/shut/last']);
    await scene.to(60);
    expect([scene.heard, scene.line.calls.at(-1)]).toEqual([['flushed'], 'destroy']);
  });

  test('after the client has ended, closes', async () => {
    const scene = await Tunnelled.open();
    scene.fin();
    scene.port.leave();
    expect([scene.line.calls, scene.state]).toEqual([['destroy'], 'closed/closed/last']);
  });
});

test.each(['a', 'end', 'flushed', 'closed'])(
  'a sink that throws at %j ends its connection, and is reported',
  async (at) => {
    const scene = await Tunnelled.open();
    const error = new Error('the sink');
    scene.does = (what) => {
      if (what === at) throw error;
      if (what === 'a') scene.read();
    };
    scene.read();
    scene.come('a');
    scene.fin();
    scene.port.end();
    expect(scene.errors).toEqual([error]);
    expect([scene.port.closed, scene.parts.roster.connections.size]).toEqual([true, 0]);
  },
);
