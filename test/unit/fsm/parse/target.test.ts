import { describe, expect, test } from 'vitest';
import { TARGET_FORMS } from '../../../../src/fsm/parse/head.js';
import {
  TARGET_FORM_NONE,
  TARGET_INTERNATIONAL,
  targetFormOf,
} from '../../../../src/fsm/parse/target.js';
import { bytesOf } from '../../../support/split-bytes.js';

/** As it stands in a request line behind another one: the form, or 'none'. */
function form(method: string, target: string): string {
  const before = 'GET / HTTP/1.1\r\n\r\n';
  const bytes = bytesOf(`${before}${method} ${target} HTTP/1.1`);
  const methodTo = before.length + method.length;
  const from = methodTo + 1;
  const index = targetFormOf(bytes, before.length, methodTo, from, from + target.length);
  return index === TARGET_FORM_NONE ? 'none' : (TARGET_FORMS[index] as string);
}

describe('origin-form (RFC 9112 §3.2.1)', () => {
  test.each(['/', '/a/b', '/?q', '/a?b=c&d', '//', '//evil.example/x', '/..', '/*', '/http://a/'])(
    '%s is one for any method but CONNECT',
    (target) => {
      for (const method of ['GET', 'OPTIONS', 'POST', 'C', 'CONNEC', 'CONNECTS', 'connect', 'X'])
        expect(form(method, target)).toBe('origin');
      expect(form('CONNECT', target)).toBe('none');
    },
  );

  test('what browsers send raw is let through', () => {
    expect(form('GET', '/a|b[c]{d}^"\\<>`')).toBe('origin');
  });

  test.each(['', 'a', '?q', '.', 'index.html', '\\', ';', '%2F'])('%j has no form', (target) => {
    expect(form('GET', target)).toBe('none');
  });
});

describe('asterisk-form (RFC 9112 §3.2.4)', () => {
  test('is for OPTIONS only', () => {
    expect(form('OPTIONS', '*')).toBe('asterisk');
    for (const method of ['GET', 'HEAD', 'options', 'OPTION', 'OPTIONSX', 'OPTIOXS', 'CONNECT'])
      expect(form(method, '*')).toBe('none');
  });

  test('is the asterisk alone', () => {
    for (const target of ['**', '*/', '*?', '*a', 'a', '?'])
      expect(form('OPTIONS', target)).toBe('none');
  });
});

describe('authority-form (RFC 9112 §3.2.3)', () => {
  test.each(['a:1', 'example.com:443', '[::1]:443', '127.0.0.1:80'])(
    '%s is one for CONNECT, and has no form for other methods',
    (target) => {
      expect(form('CONNECT', target)).toBe('authority');
      for (const method of ['GET', 'OPTIONS', 'connect', 'CONNECTX'])
        expect(form(method, target)).toBe('none');
    },
  );

  test.each(['a', 'a:', ':1', 'u@a:1', 'http://a:1', '/', '*', 'a:65536', 'a:1/', ''])(
    '%j is none',
    (target) => expect(form('CONNECT', target)).toBe('none'),
  );
});

describe('absolute-form (RFC 9112 §3.2.2)', () => {
  test.each([
    'http://a',
    'http://a/',
    'https://a/b?c',
    'HTTP://a',
    'hTtPs://a',
    'http://a?q',
    'http://a:',
    'http://a:80',
    'http://a:80?q',
    'http://[::1]/',
    'http://[::1]:8080',
    'http://a/b@c:d',
    'http://a?b@c',
    'http://u@a',
    'http://u:p@a:80/x',
    'http://@a',
    "http://-._~!$&'()*+,;=:@a",
    'http://%41%7A/',
    'http://%41%7a@a/',
  ])('%s is one', (target) => {
    expect(form('GET', target)).toBe('absolute');
    expect(form('OPTIONS', target)).toBe('absolute');
    expect(form('CONNECT', target)).toBe('none');
  });

  test.each([
    'http:',
    'http:/',
    'http:/a',
    'http://',
    'http:///',
    'http:///a',
    'http://?q',
    'http://:80',
    'http://:80/',
    'http:a',
    'http//a',
    'http',
    'htt://a',
    'httpx://a',
    'httpss://a',
    '://a',
    'ftp://a/',
    'urn:a',
    'http://a:x',
    'http://a:65536/',
    'http://a b',
    'http://[::1',
    'http://a|b/',
    'http:aaaa',
    'http:a/a',
    'http:/aa',
    'http:/a/a',
    'http:a/a/a',
    'http://u@',
    'http://u@/',
    'http://u@v@a',
    // Two hexadecimal digits make nothing a pct-encoded triple but a percent sign.
    'http://"41@a',
    'http://u<41@a/',
    'http://@@a',
    'http://u@:80',
    'http://u|v@a',
    'http://%@a',
    'http://%4@a',
    'http://%4g@a',
    'http://%g4@a',
    'http://a\\b@c/',
  ])('%s is none', (target) => {
    expect(form('GET', target)).toBe('none');
  });

  test('bytes beyond its end are not looked at', () => {
    const bytes = bytesOf('GET http://a/');
    for (let to = 4; to < 12; to++) expect(targetFormOf(bytes, 0, 3, 4, to)).toBe(TARGET_FORM_NONE);
    expect(targetFormOf(bytes, 0, 3, 4, 12)).toBe(TARGET_FORMS.indexOf('absolute'));
  });
});

test.each([
  ['CONNECT', 'xn--tda:1', 'authority', TARGET_INTERNATIONAL],
  ['CONNECT', 'a.example:1', 'authority', 0],
  ['GET', 'http://xn--tda/', 'absolute', TARGET_INTERNATIONAL],
  ['GET', 'http://a.example/', 'absolute', 0],
] as const)(
  'of %s %s it says whether Unicode has to allow the name',
  (method, target, of, added) => {
    const bytes = bytesOf(`${method} ${target}`);
    const from = method.length + 1;
    const found = targetFormOf(bytes, 0, method.length, from, bytes.length);
    expect(found).toBe(TARGET_FORMS.indexOf(of) + added);
  },
);
