import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  directoryLocation,
  parseStaticPath,
} from '../../../../src/adapters/static-files/static-path.js';

const named = (...segments: string[]) => ({ kind: 'path', segments, directory: false, query: '' });
const directory = (...segments: string[]) => ({ ...named(...segments), directory: true });

describe('parseStaticPath', () => {
  test.each([
    ['/', directory()],
    ['/a.txt', named('a.txt')],
    ['/a/b', named('a', 'b')],
    ['/a/b/', directory('a', 'b')],
    ['/a%20b', named('a b')],
    ['/%C3%A9t%c3%a9', named('été')],
    ['/a+b', named('a+b')],
    ['/100%25', named('100%')],
    ['/a?b/../c', { ...named('a'), query: '?b/../c' }],
    ['/a/?x=%', { ...directory('a'), query: '?x=%' }],
    ['/a..b/c.', named('a..b', 'c.')],
    ['//a///b', named('a', 'b')],
    ['http://host/a/b?c', { ...named('a', 'b'), query: '?c' }],
    ['http://host', directory()],
    ['http://host?q', { ...directory(), query: '?q' }],
  ])('reads %s', (target, expected) => {
    expect(parseStaticPath(target)).toEqual(expected);
  });

  test.each([
    ['a parent', '/..'],
    ['a parent below a directory', '/a/../../etc/passwd'],
    ['an encoded parent', '/%2e%2e/etc/passwd'],
    ['a half encoded parent', '/.%2E/etc/passwd'],
    ['a parent with an encoded slash', '/..%2fetc%2fpasswd'],
    ['an encoded slash alone', '/a%2Fb'],
    ['a parent with a backslash', '/..\\etc\\passwd'],
    ['a backslash in a name', '/a\\..\\b'],
    ['a parent with an encoded backslash', '/..%5cetc%5cpasswd'],
    ['an encoded backslash', '/a%5c..%5cb'],
    ['a drive with a backslash', '/C:\\windows'],
    ['the directory itself', '/./a'],
    ['three dots', '/.../a'],
    ['a dotfile', '/.env'],
    ['a dotfile in a directory', '/a/.git/config'],
    ['a dotted directory that ends in a slash', '/.git/'],
    ['an encoded dotfile', '/%2eenv'],
    ['a NUL', '/a.html%00.png'],
    ['a NUL alone', '/%00'],
    ['a line feed', '/a%0ab'],
    ['a DEL', '/a%7fb'],
    ['a parent behind empty segments', '//..//..//etc/passwd'],
    ['a parent in absolute-form', 'http://host/../etc/passwd'],
    ['asterisk-form', '*'],
    ['authority-form', 'host:80'],
    ['no target', ''],
    ['a file URL without a path', 'file:///..'],
  ])('never serves %s', (_, target) => {
    expect(parseStaticPath(target)).toEqual({ kind: 'forbidden' });
  });

  test.each([
    ['a lone percent sign', '/%'],
    ['half an octet', '/a%2'],
    ['no digits', '/%zz'],
    ['an overlong dot', '/%c0%ae%c0%ae/etc/passwd'],
    ['an overlong slash', '/a%c0%afb'],
    ['a lone continuation octet', '/%80'],
    ['an encoded surrogate', '/%ed%a0%80'],
    ['a truncated sequence', '/%e2%82'],
  ])('finds malformed: %s', (_, target) => {
    expect(parseStaticPath(target)).toEqual({ kind: 'malformed' });
  });

  test.each([
    '//assets/a.txt',
    '///assets/a.txt',
    '/assets//v1/a.txt',
    '//assets/v1/a.txt',
    '//',
    'http://host//assets/v1/a.txt',
    '/assets/v1%2fa.txt',
    '/%2fassets/v1/a.txt',
  ])('another path than the prefix is not under it: %s', (target) => {
    const place = { prefix: ['assets', 'v1'], dotfiles: [] };
    expect(parseStaticPath(target, place)).toEqual({ kind: 'forbidden' });
  });

  test.each([
    '/assets/v1/a.txt',
    '/%61ssets/v1/a.txt',
    '/assets/v1//a.txt',
    'http://host/assets/v1/a.txt',
  ])('the files under the prefix: %s', (target) => {
    const place = { prefix: ['assets', 'v1'], dotfiles: [] };
    expect(parseStaticPath(target, place)).toEqual(named('a.txt'));
  });

  test('decodes once: an encoded percent sign stays in the name', () => {
    expect(parseStaticPath('/%252e%252e/a')).toEqual(named('%2e%2e', 'a'));
    expect(parseStaticPath('/..%252fa')).toEqual({ kind: 'forbidden' });
  });

  test('gives plain names only, whatever it is asked', () => {
    // Law: no segment can mean anything but an entry of the directory it stands in.
    const piece = fc.oneof(
      fc.constantFrom('/', '\\', '.', '..', '%2e', '%2F', '%5c', '%00', '%c0%ae', '%25', ':', '?'),
      fc.string({ unit: 'binary-ascii', maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const path = parseStaticPath(`/${pieces.join('')}`);
        if (path.kind !== 'path') return;
        for (const segment of path.segments) {
          expect(segment).not.toBe('');
          expect(segment.startsWith('.')).toBe(false);
          expect(/[/\\\0]/.test(segment)).toBe(false);
        }
      }),
    );
  });
});

describe('directoryLocation', () => {
  test('is a path, with its slash and its query', () => {
    expect(directoryLocation(['a', 'b c'], '?d')).toBe('/a/b%20c/?d');
  });

  test.each(['//evil.example', '///evil.example/', '/%5cevil.example', '//evil.example/..'])(
    'cannot be made another host by %s',
    (target) => {
      const path = parseStaticPath(target);
      if (path.kind !== 'path') return expect(path).toEqual({ kind: 'forbidden' });
      const location = directoryLocation(path.segments, path.query);
      expect(new URL(location, 'http://here.example').host).toBe('here.example');
    },
  );

  test('never leads to another host', () => {
    // Law: wherever a Location is made of segments that were let through, it stays here.
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        const path = parseStaticPath(`/${text}`);
        if (path.kind !== 'path') return;
        const location = directoryLocation(path.segments, '');
        expect(location).toMatch(/^\/(?:[^/\\]|$)/);
        expect(new URL(location, 'http://here.example').host).toBe('here.example');
      }),
    );
  });
});
