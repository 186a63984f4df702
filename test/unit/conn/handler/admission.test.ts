// What the limiter is told about a request, decided from its head.

import { expect, test } from 'vitest';
import { Admission, type AdmissionSettings } from '../../../../src/conn/handler/admission.js';
import { priorityClass } from '../../../../src/limiter/ticket.js';
import { settle } from '../../../support/loop-turns.js';
import { headOf } from '../../../support/request-of.js';

const none: AdmissionSettings = {
  priority: undefined,
  clientKey: undefined,
  deadline: undefined,
  health: false,
};

function classify(settings: Partial<AdmissionSettings>, target = '/'): [unknown, unknown[]] {
  const errors: unknown[] = [];
  const head = headOf(`GET ${target} HTTP/1.1\r\nHost: a\r\nX: field\r\n\r\n`);
  const found = new Admission({ ...none, ...settings }).classify(head, '127.0.0.1', {
    report: (error) => errors.push(error),
    origin: { clientAddress: '192.0.2.1' },
  });
  return [found, errors];
}

const defaults = {
  priority: priorityClass.default,
  clientKey: undefined,
  deadlineMs: undefined,
  probe: undefined,
};

test('is trivial only where nothing is to be asked', () => {
  const health = { live: '/l', ready: '/r' };
  expect(new Admission(none).trivial).toBe(true);
  for (const settings of [
    { priority: () => 'default' as const },
    { clientKey: () => '' },
    { deadline: () => 1 },
    { health },
  ])
    expect(new Admission({ ...none, ...settings }).trivial).toBe(false);
});

test('asks each function for what it decides', () => {
  const seen: unknown[] = [];
  const [found, errors] = classify({
    priority: (head) => {
      seen.push(head.method, head.target, head.remoteAddress, head.headers.get('x'));
      seen.push(head.clientAddress);
      return 'critical';
    },
    clientKey: () => 'k',
    deadline: () => 30,
  });
  expect(seen).toEqual(['GET', '/', '127.0.0.1', 'field', '192.0.2.1']);
  expect(found).toEqual({
    priority: priorityClass.critical,
    clientKey: 'k',
    deadlineMs: 30,
    probe: undefined,
  });
  expect(errors).toEqual([]);
});

test('undefined and null leave the default', () => {
  const none = { priority: () => undefined, clientKey: () => null, deadline: () => undefined };
  expect(classify(none as unknown as AdmissionSettings)).toEqual([defaults, []]);
});

test('what a function throws is told, and the others are asked', () => {
  const error = new Error('x');
  const [found, errors] = classify({
    priority: () => {
      throw error;
    },
    clientKey: () => 'k',
  });
  expect(found).toEqual({ ...defaults, clientKey: 'k' });
  expect(errors).toEqual([error]);
});

test.each([
  ['priority', 'urgent', 'RangeError', /priority\(head\)/],
  ['clientKey', 7, 'TypeError', /clientKey\(head\)/],
  ['deadline', '7', 'TypeError', /deadline\(head\).*a number of milliseconds, or undefined/],
  ['deadline', Number.NaN, 'RangeError', /deadline\(head\)/],
])('%s that gives %o is a mistake, and is named', (name, value, kind, text) => {
  const [found, errors] = classify({ [name]: () => value });
  expect(found).toEqual(defaults);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({ name: kind, message: expect.stringMatching(text) });
});

test('a function that is async by mistake is told of, and so is how it fails', async () => {
  const failure = new Error('x');
  const [found, errors] = classify({
    clientKey: (async () => Promise.reject(failure)) as unknown as () => string,
  });
  await settle();
  expect(found).toEqual(defaults);
  expect(errors).toEqual([expect.objectContaining({ name: 'TypeError' }), failure]);
});

test.each([-1, 0, Number.POSITIVE_INFINITY])('a deadline of %f is one', (ms) => {
  expect(classify({ deadline: () => ms })[0]).toMatchObject({ deadlineMs: ms });
});

test('health paths are probes, with or without a query, and nothing is asked', () => {
  const health = { live: '/live', ready: '/ready' };
  const clientKey = (): string => 'k';
  const probe = { ...defaults, priority: priorityClass.probe };
  expect(classify({ health, clientKey }, '/live')[0]).toEqual({ ...probe, probe: 'live' });
  expect(classify({ health, clientKey }, '/ready?a')[0]).toEqual({ ...probe, probe: 'ready' });
  expect(classify({ health, clientKey }, 'http://b/ready')[0]).toEqual({
    ...probe,
    probe: 'ready',
  });
  expect(classify({ health, clientKey }, 'http://b/a/ready')[0]).toMatchObject({
    probe: undefined,
  });
  expect(classify({ health, clientKey }, '/liver')[0]).toEqual({ ...defaults, clientKey: 'k' });
});

test('a probe is answered by what it asks', () => {
  const admission = new Admission(none);
  expect(admission.answerProbe('live', false).status).toBe(200);
  expect(admission.answerProbe('ready', true).whole).toBe('ok\n');
  const down = admission.answerProbe('ready', false);
  expect([down.status, down.whole]).toEqual([503, 'draining\n']);
  expect(down.fields).toMatch(/cache-control: no-store/i);
  expect(admission.answerProbe('live', true).fields).toMatch(/cache-control: no-store/i);
});
