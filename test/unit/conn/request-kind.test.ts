import { expect, test } from 'vitest';
import { kindOf } from '../../../src/conn/request-kind.js';

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
