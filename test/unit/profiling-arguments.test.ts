import { describe, expect, test } from 'vitest';
import { HELP, readArguments, TOOLS } from '../../profiling/lib/arguments.mjs';
import { CASES } from '../../profiling/lib/cases.mjs';

const read = (line: string) => readArguments(line === '' ? [] : line.split(' '));

describe('the arguments of npm run profile', () => {
  test('are a tool, and what is usual for the rest', () => {
    expect(read('cpu')).toEqual({ tool: 'cpu', case: 'hello', seconds: 10, out: undefined });
    expect(read('doctor --case json --seconds 300 --out a')).toEqual({
      tool: 'doctor',
      case: 'json',
      seconds: 300,
      out: 'a',
    });
  });

  test.each([
    ['', 'one tool of cpu, flame, heap, doctor; got none'],
    ['bubbleprof', 'one tool of cpu, flame, heap, doctor; got bubbleprof'],
    ['toString', 'one tool of cpu, flame, heap, doctor; got toString'],
    ['cpu flame', 'one tool of cpu, flame, heap, doctor; got cpu flame'],
    [
      'cpu --case none',
      '--case takes one of hello, browser, json, upload, stream, overload; got none',
    ],
    ['cpu --seconds 0', '--seconds takes a whole number from 1 to 300; got 0'],
    ['cpu --seconds 301', '--seconds takes a whole number from 1 to 300; got 301'],
    ['cpu --seconds 1e2', '--seconds takes a whole number from 1 to 300; got 1e2'],
  ])('%j is answered by what fits', (line, error) => {
    expect(read(line)).toEqual({ error });
  });

  test('that nobody knows are named', () => {
    expect(read('cpu --fast').error).toContain('--fast');
  });

  test('are all in the help', () => {
    expect(read('--help')).toEqual({ help: true });
    for (const name of [...Object.keys(TOOLS), ...Object.keys(CASES)]) {
      expect(HELP).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    }
  });
});
