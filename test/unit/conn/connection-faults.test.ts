// One connection whose peer breaks a rule, or whose own code throws.

import { describe, expect, test } from 'vitest';
import { Fault, faultCode } from '../../../src/fsm/faults.js';
import { DEFAULT_LIMITS } from '../../../src/fsm/limits.js';
import { reply } from '../../../src/index.js';
import { ConnectionScene, never } from '../../support/connection-scene.js';
import { FailingTransport } from '../../support/failing-transport.js';
import { get, postChunked } from '../../support/test-server.js';

describe('a fault', () => {
  test('in a head is answered, reported and the last', async () => {
    const scene = new ConnectionScene();
    await scene.send('GET / HTTP/9.9\r\n\r\n');
    expect(scene.statuses).toHaveLength(1);
    expect([scene.faults.length, scene.state]).toEqual([1, 'discard/shut/last']);
    expect(scene.line.calls).toEqual(['end']);
    await scene.to(DEFAULT_LIMITS.lingerMsMax + 1);
    expect(scene.line.calls).toEqual(['end', 'destroy']);
  });

  test('in content fails the read of its handler', async () => {
    const codes: unknown[] = [];
    const scene = new ConnectionScene(async (request) => {
      await request.text().catch((error) => codes.push(error.code));
      return reply('x', { status: 400 });
    });
    await scene.send(postChunked('zz\r\n'));
    expect(codes).toEqual([scene.faults[0]?.code]);
    expect([scene.statuses, scene.state]).toEqual([[400], 'discard/shut/last']);
  });

  test('of a peer that is late is at what was read', async () => {
    const scene = new ConnectionScene();
    await scene.send('GET /');
    scene.connection.late(Fault.headTimeout);
    await scene.to(1);
    expect(scene.faults.map(({ code, offset }) => [code, offset])).toEqual([
      ['SLUICE_FAULT_HEAD_TIMEOUT', 5],
    ]);
    expect(scene.statuses).toEqual([408]);
  });
});

test('a fault that was found before the connection was let in is answered by its status', async () => {
  const scene = new ConnectionScene();
  scene.connection.begunWrong(Fault.hostMissing, 7);
  expect(scene.statuses).toEqual([400]);
  expect(scene.faults.map(({ code, offset }) => [code, offset])).toEqual([
    [faultCode(Fault.hostMissing), 0],
  ]);
  expect([scene.state, scene.connection.now]).toEqual(['discard/shut/last', 7]);
});

describe('something that is thrown', () => {
  test('between requests is told, and ends this connection alone', () => {
    const scene = new ConnectionScene();
    const other = scene.connect();
    const error = new Error('bug');
    scene.connection.expire(() => {
      throw error;
    });
    expect([scene.errors, scene.line.calls]).toEqual([[error], ['reset']]);
    expect([scene.connection.life.closed, other.life.closed]).toEqual([true, false]);
  });

  test.each(['onBytes', 'onLent'] as const)('by the transport within %s ends it', (way) => {
    const scene = new ConnectionScene(never);
    const failing = new FailingTransport('write');
    const connection = scene.connect(failing);
    const bytes = Buffer.from('BAD\r\n\r\n');
    if (way === 'onBytes') connection.onBytes(bytes, 0);
    else connection.onLent(bytes, bytes.length, 0);
    expect([connection.life.closed, failing.isReset]).toEqual([true, true]);
    expect(scene.errors).toEqual([failing.failure]);
  });

  test('when it looks again ends it', () => {
    const scene = new ConnectionScene();
    scene.connection.wakeUpEnds = () => {
      throw new Error('x');
    };
    scene.connection.lookAgain(0);
    expect([scene.errors.length, scene.line.calls]).toEqual([1, ['reset']]);
  });

  test('during a request is told with it', async () => {
    const told: unknown[] = [];
    const scene = new ConnectionScene(never, {
      onError: (_error, request) => {
        told.push(request?.method);
      },
    });
    await scene.send(get());
    scene.connection.breakOff(new Error('x'));
    expect(told).toEqual(['GET']);
  });

  test('while a refusal is written ends its time', () => {
    const scene = new ConnectionScene();
    scene.parts.shedBudget.begin(0);
    scene.connection.breakOff(new Error('x'));
    expect(scene.parts.shedBudget.open).toBe(false);
  });
});
