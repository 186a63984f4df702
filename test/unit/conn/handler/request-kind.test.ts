import { expect, test } from 'vitest';
import { kindOf } from '../../../../src/conn/handler/request-kind.js';

/** Between other text, as a head that came with others stands. */
const kind = (method: string, target: string): number =>
  kindOf(`/7 ${method} ${target} /9`, 3, 3 + method.length, 4 + method.length + target.length);
const get = (target: string): number => kind('GET', target);

test('what differs in the name of one thing only is one kind', () => {
  const polls = ['/poll/1', '/poll/123', '/poll/a1b2?since=7', '/poll/%C3%A9'];
  expect(new Set(polls.map(get)).size).toBe(1);
  expect(get(`/poll/${'x'.repeat(40)}`)).toBe(get('/poll/1'));
  expect(get('/poll?a')).toBe(get('/poll'));
});

test('methods and routes are kinds of their own', () => {
  const kinds = [
    '/',
    '/poll',
    '/poll/1',
    '/poll/1/news',
    '/v1/poll',
    '/v2/poll',
    '/items',
    '*',
  ].map(get);
  kinds.push(kind('POST', '/poll'), get('http://a.example/poll'));
  expect(new Set(kinds).size).toBe(kinds.length);
});

test('a kind is never 0, which means that none is told', () => {
  for (let i = 0; i < 2000; i++)
    expect(get(`/${i.toString(36).replace(/\d/g, 'z')}`)).toBeGreaterThan(0);
});

test.each<[string, string, string]>([
  ['in its seventh segment', '/a/b/c/d/e/f/g', '/a/b/c/d/e/f/h'],
  ['in its query', '/poll?a/b=1', '/poll'],
  ['in a segment of more than 24 characters', `/${'x'.repeat(25)}`, `/${'y'.repeat(25)}`],
  ['in a number', '/0', '/9'],
  ['in what is escaped', '/%', '/1'],
  ['in a digit anywhere', '/a7b/c', '/x0/c'],
  ['in what looks like a version and is too long for one', '/v123', '/v999'],
  ['in what is as long as a version and is none', '/x1', '/x2'],
])('a target that differs %s is of the same kind', (_where, a, b) => {
  expect(get(a)).toBe(get(b));
});

test.each<[string, string, string]>([
  ['in its sixth segment', '/a/b/c/d/e/f', '/a/b/c/d/e/g'],
  ['in a segment of 24 characters', `/${'x'.repeat(24)}`, `/${'y'.repeat(24)}`],
  ['in a version', '/v1', '/v17'],
  ['in a version of two digits', '/v17', '/v18'],
  ['by a slash at its end', '/poll/', '/poll'],
  ['by where a number stands', '/1/poll', '/poll/1'],
  ['by a sign above the digits', '/:', '/1'],
  ['by a sign below the digits', '/check-in', '/1'],
  ['by having no slash', 'poll', '/1'],
])('a target that differs %s is of another kind', (_where, a, b) => {
  expect(get(a)).not.toBe(get(b));
});

test('the kinds of many routes are spread over a table', () => {
  const entries = Array.from({ length: 256 }, (_, i) => {
    const word = String.fromCharCode(0x61 + (i >> 4), 0x61 + (i & 15));
    return get(`/items/${word}`) & 255;
  });
  // By chance about 162 of 256 would be hit.
  expect(new Set(entries).size).toBeGreaterThan(130);
});
