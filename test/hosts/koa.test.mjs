import { expect } from 'vitest';
import { askEach, BOTH, hostTests } from './hosts.mjs';

hostTests('Koa 3', 'koa', BOTH, {
  'answers in all its ways': ({ ask }) =>
    askEach(ask, {
      '/': 200,
      '/request?a=1': 200,
      '/file': 200,
      '/web': 200,
      '/bytes': 200,
      '/empty': 204,
      '/fresh': 200,
      '/teapot': 418,
      '/fails': 500,
      '/cookie': 302,
      '/none': 404,
    }),

  'breaks off where the stream of a response fails': async ({ ask }) => {
    const error = await ask('/broken').catch((reason) => reason);
    expect(error.code).toBe('ECONNRESET');
    return (await ask('/')).status;
  },

  'answers 304': async ({ ask }) => {
    const answer = await ask('/fresh', { headers: { 'If-None-Match': '"tag"' } });
    expect(answer.status).toBe(304);
    return answer;
  },

  'reads its request': async ({ ask }) => {
    const body = 'Koa '.repeat(50_000);
    const answer = await ask('/echo', { method: 'POST', body });
    expect(answer.text).toBe(body);
    return [answer, await ask('/echo', { method: 'POST' })];
  },
});

hostTests('connect 3', 'connect', BOTH, {
  'routes, and answers errors': async ({ ask }) => {
    const answer = await ask('/sub/a?b');
    expect(answer.text).toBe('GET /a?b of /sub/a?b');
    const refused = await ask('/asks');
    expect(refused.status).toBe(403);
    const failed = await ask('/fails');
    expect(failed.status).toBe(500);
    return [answer, refused, failed.headers['content-type'], await ask('/none')];
  },

  'pipes a request back': async ({ ask }) => {
    const body = 'x'.repeat(300_000);
    const answer = await ask('/echo', { method: 'POST', body });
    expect(answer.text).toBe(body);
    return answer;
  },
});
