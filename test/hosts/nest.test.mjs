import { expect } from 'vitest';
import { BOTH, hostTests, json } from './hosts.mjs';

const scenarios = {
  'answers by its controllers': async ({ ask }) => {
    const answers = [];
    const expected = {
      '/': 200,
      '/cats/1?verbose=1': 200,
      '/cats/none': 404,
      '/away': 301,
      '/file': 200,
      '/fails': 500,
      '/none': 404,
    };
    for (const [path, status] of Object.entries(expected)) {
      const answer = await ask(path);
      expect(answer.status, path).toBe(status);
      answers.push(answer, await ask(path, { method: 'HEAD' }));
    }
    return answers;
  },

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
