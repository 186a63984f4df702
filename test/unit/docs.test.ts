import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DOCUMENTS, generatedParts, renew, SOURCES } from '../../scripts/doc-parts.mjs';
import * as core from '../../src/fsm/index.js';
import { top } from '../support/top.js';

const pathOf = (path: string): string => join(top, path);
const read = (path: string): string => readFileSync(pathOf(path), 'utf8');

const parts = generatedParts(core, Object.fromEntries(SOURCES.map((path) => [path, read(path)])));

describe('the generated parts of the documentation', () => {
  test.each(DOCUMENTS.filter((path) => existsSync(pathOf(path))))(
    '%s is fresh (npm run docs renews it)',
    (path) => {
      const text = read(path);
      expect(renew(text, parts).text).toBe(text);
    },
  );

  test('stand where they belong', () => {
    const { faults: _faults, limits: _limits, ...machine } = parts;
    expect(renew(read('docs/state-machine.md'), parts).names.sort()).toEqual(
      Object.keys(machine).sort(),
    );
    expect(renew(read('docs/http-support.md'), parts).names).toEqual(['faults']);
  });

  test('name every state, event, action, fault and limit', () => {
    const named = (part: string | undefined): string[] =>
      [...(part ?? '').matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name as string);
    expect(named(parts['reading-states'])).toEqual(core.READING_STATES);
    expect(named(parts['writing-states'])).toEqual(core.WRITING_STATES);
    expect(named(parts['persistence-states'])).toEqual(core.PERSISTENCE_STATES);
    expect(named(parts.events)).toEqual(core.EVENTS);
    expect(named(parts.actions)).toEqual(core.ACTIONS);
    expect(named(parts.faults)).toEqual(
      core.FAULT_NAMES.map((name) => core.faultCode(core.Fault[name])),
    );
    expect(named(parts.limits)).toEqual(core.LIMIT_NAMES);
  });

  test('show values as people write them', () => {
    const row = (name: string): string | undefined =>
      parts.limits?.split('\n').find((line) => line.includes(`\`${name}\``));
    expect(row('headBytesMax')).toContain('| 16 KiB |');
    expect(row('chunkLineBytesMax')).toContain('| 256 B |');
    expect(row('bodyBytesMax')).toContain('| 1 MiB |');
    expect(row('keepAliveMs')).toContain('| 75 s |');
    expect(row('handlerMs')).toContain('| none |');
    expect(row('bytesPerSecondMin')).toContain('| 240 B/s |');
    expect(row('connectionsMax')).toContain('| 10,000 |');
  });
});

describe('renew', () => {
  const some = { one: '1', two: '2' };

  test('replaces what stands between the marks, and nothing else', () => {
    const text = 'a\n<!-- generated: one -->\nold\n<!-- /generated -->\nb\n';
    const renewed = 'a\n<!-- generated: one -->\n\n1\n\n<!-- /generated -->\nb\n';
    expect(renew(text, some)).toEqual({ text: renewed, names: ['one'] });
    expect(renew(renewed, some).text).toBe(renewed);
  });

  test('leaves a text without marks as it is', () => {
    expect(renew('a\n', some)).toEqual({ text: 'a\n', names: [] });
  });

  test('knows its parts', () => {
    const text = '<!-- generated: three -->\n<!-- /generated -->';
    expect(() => renew(text, some)).toThrow("there is no generated part 'three'");
  });
});

describe('a link in a document', () => {
  const documents = execFileSync('git', ['ls-files', '*.md'], { cwd: top, encoding: 'utf8' })
    .trim()
    .split('\n')
    // It becomes a part of docs/performance.md, whose links it has.
    .filter((path) => path !== 'bench/speed/notes.md');
  const withoutCode = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '');

  /** As GitHub makes the names of headings. */
  const anchorsOf = (path: string): string[] => {
    const headings = withoutCode(readFileSync(path, 'utf8')).matchAll(/^#+ (.*)$/gm);
    return [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    );
  };

  test.each(documents)('of %s leads somewhere', (document) => {
    const text = withoutCode(read(document));
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link as string);
    const broken = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [path = '', anchor] = link.split('#');
      const target = pathOf(path === '' ? document : join(dirname(document), path));
      if (!existsSync(target)) return true;
      return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});
