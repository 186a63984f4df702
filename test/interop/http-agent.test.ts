// node:http's Agent keeps idle connections. A request that it sends at the moment of our limit gets its answer.

import { Agent, get } from 'node:http';
import { expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { serve } from '../support/test-server.js';

const KEEP_ALIVE_MS = 2000;

function ask(port: number, agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    get({ port, agent, host: '127.0.0.1' }, (response) => {
      response.resume();
      response.on('end', () => resolve('answered'));
    }).on('error', (error) => resolve(`${error}`));
  });
}

test('no request is lost that an Agent sends when a connection has been idle for keepAliveMs', async () => {
  const served = await serve({ limits: { keepAliveMs: KEEP_ALIVE_MS }, fetch: () => reply('x') });
  const rounds = Array.from({ length: 60 }, async (_, i) => {
    const agent = new Agent({ keepAlive: true });
    expect(await ask(served.port, agent)).toBe('answered');
    // Around the moment, as the real clock of two sides allows.
    await new Promise((resolve) => setTimeout(resolve, KEEP_ALIVE_MS - 15 + i / 2));
    const second = await ask(served.port, agent);
    agent.destroy();
    return second;
  });
  expect(new Set(await Promise.all(rounds))).toEqual(new Set(['answered']));
});
