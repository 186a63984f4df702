// Finished responses wait a moment for the next one: for how long, and for which.

import { describe, expect, test } from 'vitest';
import { Output } from '../../../../src/conn/bytes/output.js';
import type { Scheduler } from '../../../../src/conn/clock/scheduler.js';
import type { WakeUp } from '../../../../src/conn/clock/wake-up.js';
import type { Lifecycle } from '../../../../src/conn/machine/lifecycle.js';
import { Writing } from '../../../../src/conn/machine/states.js';
import { anotherMayCome, HeldBack } from '../../../../src/conn/respond/held-back.js';
import { RecordingTransport } from '../../../support/recording-transport.js';

class Scene {
  readonly line = new RecordingTransport();
  readonly output = new Output(this.line);
  readonly senders: unknown[] = [];
  readonly scheduler = { turning: false, holdBack: (one: unknown) => void this.senders.push(one) };
  readonly ended: unknown[] = [];
  readonly wakeUp = {
    now: 0,
    enterNow: () => undefined,
    leave: () => void this.ended.push('left'),
    fail: (error: unknown) => void this.ended.push(error),
  };
  readonly heldBack = new HeldBack(
    this.output,
    this.wakeUp as unknown as WakeUp,
    this.scheduler as unknown as Scheduler,
  );

  holdAt(now: number): boolean {
    this.wakeUp.now = now;
    return this.heldBack.hold();
  }
}

describe('output', () => {
  test('is held back for less than 1 ms, and asks for one tick', () => {
    const scene = new Scene();
    expect([0, 0.9, 1, 1.9, 2].map((now) => scene.holdAt(now))).toEqual([
      true,
      true,
      false,
      true,
      false,
    ]);
    expect(scene.senders).toEqual([scene.heldBack]);
  });

  test('is held back for as long as a turn lasts', () => {
    const scene = new Scene();
    scene.scheduler.turning = true;
    expect([scene.holdAt(0), scene.holdAt(9)]).toEqual([true, true]);
  });

  test('is sent when what ran has ended; what comes then asks for another tick', () => {
    const scene = new Scene();
    scene.output.text('ready');
    scene.holdAt(0);
    scene.heldBack.sendHeldBack();
    expect([scene.line.written, scene.ended]).toEqual([['ready'], ['left']]);
    expect(scene.holdAt(9)).toBe(true);
    expect(scene.senders).toHaveLength(2);
  });

  test('that has left before costs no wake-up', () => {
    const scene = new Scene();
    scene.holdAt(0);
    scene.heldBack.sendHeldBack();
    expect([scene.line.written, scene.ended]).toEqual([[], []]);
  });
});

test.each([
  ['pending', false, true],
  ['queued', false, false],
  ['queued', true, true],
  ['idle', true, false],
  ['streaming', true, false],
] as const)('another response may come soon: %s, in a turn %s: %s', (writing, turning, may) => {
  const life = { writing: Writing[writing] } as Lifecycle;
  expect(anotherMayCome(life, { turning } as Scheduler)).toBe(may);
});
