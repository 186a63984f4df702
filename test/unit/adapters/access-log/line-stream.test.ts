// What becomes of lines where their stream is slow, fails or ends.

import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import {
  type LineOutput,
  LineStream,
  WAITING_CHARACTERS_MAX,
} from '../../../../src/adapters/access-log/line-stream.js';
import { loopTurns } from '../../../support/loop-turns.js';

describe('a stream of lines', () => {
  class Output implements LineOutput {
    writableLength = 0;
    readonly writes: string[] = [];
    /** What the next writes give. */
    answer = true;
    error: Error | undefined = undefined;
    drain: () => void = () => {};
    close: () => void = () => {};
    write(text: string, done?: (error?: Error) => void): boolean {
      if (this.error === undefined) this.writes.push(text);
      done?.(this.error);
      return this.answer;
    }
    on(event: 'error' | 'drain' | 'close', listener: (error: Error) => void): void {
      if (event !== 'error') this[event] = listener as () => void;
    }
  }

  function streamed() {
    const output = new Output();
    const turns: (() => void)[] = [];
    const warnings: string[] = [];
    const lines = new LineStream(output, {
      defer: (callback) => turns.push(callback),
      warn: (text) => warnings.push(text),
    });
    return { output, turns, warnings, lines };
  }

  test('writes the lines of a turn at once', () => {
    const { output, turns, lines } = streamed();
    lines.line('a');
    lines.line('b');
    expect(turns.length).toBe(1);
    turns.shift()?.();
    lines.line('c');
    turns.shift()?.();
    expect(output.writes).toEqual(['a\nb\n', 'c\n']);
  });

  test('writes what waits when it is told to, and nothing twice', () => {
    const { output, turns, lines } = streamed();
    lines.line('a');
    lines.flush();
    turns.shift()?.();
    lines.end();
    expect(output.writes).toEqual(['a\n']);
  });

  test('drops lines, and says how many, rather than keep more than its bound', () => {
    const { output, lines } = streamed();
    output.writableLength = WAITING_CHARACTERS_MAX;
    lines.line('kept, for the bound is reached and not passed');
    output.writableLength = WAITING_CHARACTERS_MAX + 1;
    lines.line('lost');
    lines.line('lost');
    output.writableLength = 0;
    lines.line('after');
    lines.flush();
    expect(output.writes.join('')).toBe(
      'kept, for the bound is reached and not passed\n(2 lines were lost: nobody took them in time)\nafter\n',
    );
  });

  test('leaves a full stream alone until it has drained, within the bound', () => {
    const { output, lines } = streamed();
    output.answer = false;
    lines.line('a');
    lines.flush();
    const long = 'x'.repeat(WAITING_CHARACTERS_MAX / 4);
    for (let i = 0; i < 8; i++) {
      lines.line(long);
      lines.flush();
    }
    expect(output.writes).toEqual(['a\n']);
    output.answer = true;
    output.drain();
    lines.line('b');
    lines.flush();
    const [, kept = '', after] = output.writes;
    expect(kept.length).toBeLessThan(1.5 * WAITING_CHARACTERS_MAX);
    expect(kept).toMatch(/x\n\(4 lines were lost: .*\)\n$/);
    expect(after).toBe('b\n');
    lines.line('c');
    output.answer = false;
    lines.flush();
    lines.line('d');
    lines.end();
    expect(output.writes.slice(3)).toEqual(['c\n', 'd\n']);
  });

  test('counts what an async write has lost, and each line once', async () => {
    const warnings: string[] = [];
    const written: string[] = [];
    let isFull = true;
    const output: LineOutput = {
      write(text, done) {
        if (!isFull) {
          written.push(text);
          return true;
        }
        const full = new Error('full');
        done?.(full);
        done?.(full);
        return Promise.reject(full);
      },
    };
    const lines = new LineStream(output, {
      defer: () => undefined,
      warn: (text) => warnings.push(text),
    });
    lines.line('a');
    lines.flush();
    await loopTurns(1);
    isFull = false;
    lines.line('b');
    lines.flush();
    expect(written).toEqual(['(1 line was lost: nobody took them in time)\nb\n']);
    expect(warnings).toEqual([expect.stringMatching(/Error: full \(lines lost: 1\)$/)]);
  });

  test('tells the process of a stream that is not read, at once and for each power of ten', () => {
    const { output, warnings, lines } = streamed();
    output.writableLength = WAITING_CHARACTERS_MAX + 1;
    for (let i = 1; i <= 100; i++) lines.line('lost');
    expect(warnings).toEqual(
      [1, 10, 100].map(
        (count) =>
          `sluice: the log can't be written: its stream takes no more (lines lost: ${count})`,
      ),
    );
  });

  test('says what was lost as soon as the stream has drained, though no line follows', () => {
    const { output, lines } = streamed();
    output.answer = false;
    lines.line('a');
    lines.flush();
    output.writableLength = WAITING_CHARACTERS_MAX + 1;
    lines.line('lost');
    output.writableLength = 0;
    output.answer = true;
    output.drain();
    expect(output.writes).toEqual(['a\n', '(1 line was lost: nobody took them in time)\n']);
  });

  test('says what was lost at its end', () => {
    const { output, lines } = streamed();
    output.writableLength = WAITING_CHARACTERS_MAX + 1;
    lines.line('lost');
    lines.end();
    lines.end();
    expect(output.writes).toEqual(['(1 line was lost: nobody took them in time)\n']);
  });

  test('waits for no drain of a stream that is closed', () => {
    const { output, warnings, lines } = streamed();
    output.answer = false;
    lines.line('a');
    lines.flush();
    lines.line('b');
    lines.flush();
    output.error = new Error('closed');
    output.close();
    for (let i = 0; i < 3; i++) {
      lines.line('c');
      lines.flush();
    }
    expect(warnings).toEqual(["sluice: the log can't be written: Error: closed (lines lost: 1)"]);
    output.error = undefined;
    lines.line('d');
    lines.flush();
    lines.line('e');
    lines.flush();
    expect(output.writes).toEqual([
      'a\n',
      '(4 lines were lost: nobody took them in time)\nd\n',
      'e\n',
    ]);
  });

  test('a stream that is closed by each error, as process.stdout is, is not written to without end', () => {
    const { output, warnings, lines } = streamed();
    let writes = 0;
    output.write = (_text, done) => {
      writes++;
      done?.(new Error('EPIPE'));
      if (writes < 100) output.close();
      return false;
    };
    lines.line('a');
    lines.flush();
    expect(writes).toBe(2);
    lines.line('b');
    lines.flush();
    expect(writes).toBe(3);
    expect(warnings).toHaveLength(1);
  });

  test('goes on when a full disk has room again, and says what was lost', () => {
    const { output, warnings, lines } = streamed();
    output.error = new Error('ENOSPC');
    for (let i = 0; i < 12; i++) {
      lines.line('lost');
      lines.flush();
    }
    expect(warnings).toEqual([
      "sluice: the log can't be written: Error: ENOSPC (lines lost: 1)",
      "sluice: the log can't be written: Error: ENOSPC (lines lost: 10)",
    ]);
    output.error = undefined;
    lines.line('again');
    lines.flush();
    expect(output.writes).toEqual(['(12 lines were lost: nobody took them in time)\nagain\n']);
  });

  test('tells of errors of which no text can be made', async () => {
    const { output, warnings, lines } = streamed();
    const wordless: unknown = Object.create(null);
    output.write = () => {
      throw wordless;
    };
    lines.line('a');
    lines.flush();
    const lost = "sluice: the log can't be written: an object (lines lost: 1)";
    expect(warnings).toEqual([lost]);
    const told: string[] = [];
    const other = new LineStream(
      { write: () => Promise.reject(wordless) },
      { defer: () => undefined, warn: (text) => told.push(text) },
    );
    other.line('a');
    other.flush();
    await loopTurns(1);
    expect(told).toEqual([lost]);
  });

  test('tells of a stream that throws, and of one that was destroyed', async () => {
    const { output, warnings, lines } = streamed();
    output.write = () => {
      throw new Error('no');
    };
    lines.line('a');
    lines.flush();
    expect(warnings).toHaveLength(1);
    const told: string[] = [];
    const destroyed = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EIO')) });
    const other = new LineStream(destroyed, {
      defer: () => undefined,
      warn: (text) => told.push(text),
    });
    for (let i = 0; i < 3; i++) {
      other.line('a');
      other.flush();
      await loopTurns(2);
    }
    expect(told).toEqual(["sluice: the log can't be written: Error: EIO (lines lost: 1)"]);
  });
});
