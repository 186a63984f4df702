import { expect, test } from 'vitest';
import { bug, SluiceBug } from '../../../src/fsm/bug.js';

test('a contradiction of ours is thrown, has a code and asks for a report', () => {
  expect(() => bug('two ends')).toThrow(SluiceBug);
  expect(() => bug('two ends')).toThrow('sluice is wrong: two ends. Please report this.');
  expect(() => bug('two ends')).toThrow(
    expect.objectContaining({ name: 'SluiceBug', code: 'SLUICE_BUG' }),
  );
});
