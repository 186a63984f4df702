// A process that is told to end, and has no options of its own: who waits for it is Docker (10 s) or Kubernetes (30 s).

import { expect, test } from 'vitest';
import { VALUE_FLAGS } from '../../src/cli/flags.js';
import { reply } from '../../src/index.js';
import { createSimulatedServer, RecordingSink } from '../../src/testing/index.js';
import { get } from '../support/test-server.js';

/** `docker stop` sends SIGKILL so long after SIGTERM. */
const DOCKER_MS = 10_000;
/** What is left for the report, and for the process to end. */
const SPARE_MS = 500;

test('a close without options is over before Docker kills the process', async () => {
  const simulated = createSimulatedServer({
    async fetch() {
      await simulated.sleep(60_000);
      return reply('late');
    },
  });
  const heard = new RecordingSink();
  simulated.network.connect(() => heard).write(get('/'));
  await simulated.clock.runAsync({ until: 100 });
  let endedMs = Number.POSITIVE_INFINITY;
  const closed = simulated.server.close().then((report) => {
    endedMs = simulated.clock.now - 100;
    return report;
  });
  await simulated.clock.runAsync({ until: 20_000 });
  expect(await closed).toMatchObject({ cutOff: 1 });
  expect(endedMs).toBeGreaterThan(DOCKER_MS - 2 * 1000);
  expect(endedMs).toBeLessThanOrEqual(DOCKER_MS - SPARE_MS);
});

test('so is that of the command line', () => {
  expect(VALUE_FLAGS['drain-timeout'].otherwise).toBeLessThanOrEqual(DOCKER_MS - SPARE_MS);
});
