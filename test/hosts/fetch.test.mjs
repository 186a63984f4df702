import { expect } from 'vitest';
import { askEach, BOTH, hostTests } from './hosts.mjs';

const scenarios = {
  'answers in all its ways': ({ ask }) =>
    askEach(ask, {
      '/': 200,
      '/json?a=1': 200,
      '/empty': 204,
      '/cookies': 200,
      '/stream': 200,
      '/none': 404,
    }),

  'reads its request, whole and in a stream': async ({ ask }) => {
    const body = 'fetch '.repeat(40_000);
    const text = await ask('/text', { method: 'POST', body });
    expect(text.text).toBe(body.toUpperCase());
    const chunked = { 'Transfer-Encoding': 'chunked' };
    const echoed = await ask('/echo', { method: 'POST', headers: chunked, body });
    expect(echoed.text).toBe(body);
    return [text, echoed, await ask('/json')];
  },
};

const routing = {
  routes: async ({ ask }) => {
    const answer = await ask('/users/42');
    expect(JSON.parse(answer.text)).toEqual({ id: '42' });
    return answer;
  },
};

hostTests('Hono 4 by @hono/node-server', 'hono', BOTH, { ...scenarios, ...routing });
hostTests('h3 2', 'h3', BOTH, { ...scenarios, ...routing });
hostTests('srvx 1', 'srvx', BOTH, scenarios);
