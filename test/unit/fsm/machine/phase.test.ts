import { describe, expect, test } from 'vitest';
import { STATE_COUNT, stateId } from '../../../../src/fsm/machine/machine.js';
import { PHASES, type Phase, phaseOf } from '../../../../src/fsm/machine/phase.js';
import type { ReadingState } from '../../../../src/fsm/machine/reading.js';
import type { WritingState } from '../../../../src/fsm/machine/writing.js';

describe('the phase of a connection', () => {
  test.each<[ReadingState, WritingState, Phase]>([
    ['idle', 'idle', 'keep-alive'],
    ['head', 'idle', 'reading-headers'],
    ['body', 'gathering', 'reading-body'],
    ['body', 'queued', 'reading-body'],
    ['done', 'queued', 'writing'],
    ['closed', 'queued', 'writing'],
    ['body', 'pending', 'reading-body'],
    ['done', 'pending', 'writing'],
    ['discard', 'pending', 'writing'],
    ['body', 'streaming', 'writing'],
    ['done', 'streaming', 'writing'],
    ['body', 'flushing', 'writing'],
    ['closed', 'flushing', 'writing'],
    ['drain', 'done', 'reading-body'],
    ['tunnel', 'tunnel', 'tunnel'],
    ['tunnel', 'flushing', 'tunnel'],
    ['tunnel', 'shut', 'tunnel'],
    ['closed', 'tunnel', 'tunnel'],
    ['discard', 'shut', 'closing'],
    ['closed', 'closed', 'closing'],
  ])('%s and %s is %s', (reading, writing, phase) => {
    for (const persistence of ['keep', 'last'] as const)
      expect(phaseOf(stateId({ reading, writing, persistence }))).toBe(phase);
  });

  test('is one of six in every state', () => {
    const names = ['keep-alive', 'reading-headers', 'reading-body', 'writing', 'tunnel', 'closing'];
    expect(PHASES).toEqual(names);
    for (let id = 0; id < STATE_COUNT; id++) expect(PHASES).toContain(phaseOf(id));
  });
});
