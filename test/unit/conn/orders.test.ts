// Each order of the machine is done by the part that it is about.

import { describe, expect, test } from 'vitest';
import type { Ending } from '../../../src/conn/ending.js';
import { type OrderedConnection, obey } from '../../../src/conn/orders.js';
import { ActionIds, EventIds } from '../../../src/fsm/machine/machine.js';
import { BodyError, reply } from '../../../src/index.js';

const PAGE = reply('fault', { status: 400 });

function ordered(action: number, event: number = EventIds.fin, changed: object = {}): unknown[] {
  const done: unknown[] = [];
  const note =
    (name: string) =>
    (...values: unknown[]): void =>
      void done.push(values.length === 0 ? name : [name, ...values]);
  const connection = {
    receiver: { content: { startDrain: note('startDrain') } },
    exchange: { contentFailed: note('contentFailed') },
    conversation: {
      withdraw: note('withdraw'),
      answerRefusal: note('answerRefusal'),
      answerItself: note('answerItself'),
    },
    peerFaults: {
      answer: () => PAGE,
      failContent: note('failContent'),
    },
    // The boundary: of its end, an order asks no more than this.
    ending: {
      linger: note('linger'),
      halfClose: note('halfClose'),
      close: note('close'),
      reset: note('reset'),
      tidyUp: note('tidyUp'),
    } as unknown as Ending,
    ...changed,
  } as unknown as OrderedConnection;
  obey(connection, action as never, event as never);
  return done;
}

const abandoned = ['contentFailed', expect.any(BodyError)];

describe('an order', () => {
  test.each([
    ['drain', ['startDrain', abandoned]],
    ['abandonContent', [abandoned]],
    ['failContent', ['failContent']],
    ['withdraw', ['withdraw', ['answerItself', PAGE]]],
    ['answerFault', [['answerItself', PAGE]]],
    ['answerRefusal', ['answerRefusal']],
    ['linger', [['linger', 'lastResponse']]],
    ['halfClose', ['halfClose']],
    ['close', ['close']],
    ['reset', ['reset']],
    ['forget', ['tidyUp']],
    ['gather', []],
  ] as const)('%s is obeyed', (name, expected) => {
    expect(ordered(ActionIds[name])).toEqual(expected);
  });

  test('to linger tells whether the connection was idle', () => {
    expect(ordered(ActionIds.linger, EventIds.idleTimeout)).toEqual([['linger', 'idle']]);
  });

  test('to answer a fault is nobody’s where a host answers, or where there is none', () => {
    const taken = { peerFaults: { answer: () => undefined } };
    expect(ordered(ActionIds.answerFault, EventIds.fault, taken)).toEqual([]);
    expect(ordered(ActionIds.withdraw, EventIds.fault, taken)).toEqual(['withdraw']);
    const none = { peerFaults: undefined, exchange: undefined };
    expect(ordered(ActionIds.answerFault, EventIds.fault, none)).toEqual([]);
    expect(ordered(ActionIds.failContent, EventIds.fault, none)).toEqual([]);
    expect(ordered(ActionIds.abandonContent, EventIds.fault, none)).toEqual([]);
    expect(ordered(ActionIds.drain, EventIds.fault, none)).toEqual(['startDrain']);
  });
});
