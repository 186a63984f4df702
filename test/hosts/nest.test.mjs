import { expect } from 'vitest';
import { askEach, BOTH, hostTests, json } from './hosts.mjs';

const scenarios = {
  'answers by its controllers': ({ ask }) =>
    askEach(ask, {
      '/': 200,
      '/cats/1?verbose=1': 200,
      '/cats/none': 404,
      '/away': 301,
      '/file': 200,
      '/fails': 500,
      '/none': 404,
    }),

  'takes JSON': async ({ ask }) => {
    const answer = await ask('/cats', json({ name: 'Mog' }));
    expect(answer).toMatchObject({ status: 202, text: '{"created":{"name":"Mog"}}' });
    return [answer, (await ask('/cats', { ...json(0), body: '{' })).status];
  },

  'sends events': async ({ ask }) => {
    const answer = await ask('/events');
    expect(answer.text.match(/^data: .*$/gm)).toEqual(
      [0, 1, 2, 3].map((id) => `data: {"id":${id}}`),
    );
    return answer;
  },
};

hostTests('NestJS 12 on Express', 'nest-express', BOTH, scenarios);
hostTests('NestJS 12 on Fastify', 'nest-fastify', BOTH, scenarios);
