import { describe, expect, test } from 'vitest';
import { jointRules } from '../../../../src/fsm/machine/joint.js';
import { diagrams } from '../../../../src/fsm/machine/mermaid.js';
import { persistenceTable } from '../../../../src/fsm/machine/persistence.js';
import { READING_STATES, readingTable } from '../../../../src/fsm/machine/reading.js';
import type { Cell } from '../../../../src/fsm/machine/transition.js';
import { WRITING_STATES, writingTable } from '../../../../src/fsm/machine/writing.js';

/** `from to label` for each label of each arrow; labels of joint rules hold no comma but within brackets. */
function arrows(diagram: string): string[] {
  return diagram.split('\n').flatMap((line) => {
    const match = /^ {4}(\w+) --> (\w+): (.*)$/.exec(line);
    if (match === null) return [];
    const [, from, to, labels] = match;
    return (labels as string).split(/, (?![^[]*\])/).map((label) => `${from} ${to} ${label}`);
  });
}

function cells(table: Record<string, Record<string, Cell<string, string>>>): string[] {
  return Object.entries(table).flatMap(([from, row]) =>
    Object.entries(row).flatMap(([event, cell]) => {
      // These lead from everywhere to closed, and are told in a note.
      if (cell.kind !== 'go' || event === 'reset' || event === 'cut') return [];
      return [`${from} ${cell.to} ${event}${cell.action === undefined ? '' : ` / ${cell.action}`}`];
    }),
  );
}

describe('the diagrams', () => {
  test('are Mermaid state diagrams that begin where a connection begins', () => {
    for (const [name, text] of Object.entries(diagrams())) {
      const [first, start, ...rest] = text.split('\n');
      expect(first).toBe('stateDiagram-v2');
      expect(start).toBe(`    [*] --> ${name === 'persistence' ? 'keep' : 'idle'}`);
      expect(rest.pop()).toBe('');
      const note = name === 'persistence' ? undefined : rest.pop();
      expect(note).toBe(
        name === 'persistence'
          ? undefined
          : '    note left of closed: reset and cut lead here from every state',
      );
      for (const line of rest) expect(line).toMatch(/^ {4}\w+ --> \w+: [^:;#]+$/);
    }
  });

  test('have an arrow for every cell that goes but on reset and cut, and none beside the joint rules', () => {
    const { reading, writing, persistence } = diagrams();
    const ofCells = (diagram: string): string[] =>
      arrows(diagram).filter((arrow) => !arrow.includes('['));
    expect(ofCells(reading).sort()).toEqual(cells(readingTable()).sort());
    expect(ofCells(writing).sort()).toEqual(cells(writingTable()).sort());
    expect(ofCells(persistence).sort()).toEqual(cells(persistenceTable()).sort());
  });

  test('have an arrow for every joint rule that moves their half', () => {
    const { reading, writing, persistence } = diagrams();
    expect(persistence).not.toContain('[writing');
    for (const rule of jointRules()) {
      for (const from of rule.reading) {
        const condition = `[writing ${rule.writing}${rule.persistence ? `, ${rule.persistence}` : ''}]`;
        const arrow = `${from} ${rule.to.reading} ${condition} / ${rule.action}`;
        expect([arrow, arrows(reading).includes(arrow)]).toEqual([arrow, from !== rule.to.reading]);
      }
      const others = rule.reading.join(' or ');
      const condition = `[reading ${others}${rule.persistence ? `, ${rule.persistence}` : ''}]`;
      const arrow = `${rule.writing} ${rule.to.writing} ${condition} / ${rule.action}`;
      expect([arrow, arrows(writing).includes(arrow)]).toEqual([
        arrow,
        rule.writing !== rule.to.writing,
      ]);
    }
  });

  test('arrows between the same states are one, of the cells and of the rules each', () => {
    for (const text of Object.values(diagrams())) {
      const ends = text
        .split('\n')
        .flatMap((line) => /^ {4}\w+ --> \w+: \[?/.exec(line)?.[0] ?? []);
      expect(ends.length).toBeGreaterThan(0);
      expect(new Set(ends).size).toBe(ends.length);
    }
    expect(diagrams().reading).toContain('    idle --> body: requestGathered, requestStreamed\n');
  });

  test('name every state', () => {
    const named = (diagram: string): string[] =>
      [...diagram.matchAll(/--> (\w+):/g)].map((m) => m[1] ?? '');
    expect(named(diagrams().reading)).toEqual(expect.arrayContaining([...READING_STATES]));
    expect(named(diagrams().writing)).toEqual(expect.arrayContaining([...WRITING_STATES]));
  });
});
