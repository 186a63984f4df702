// Plays a case against the whole server, on the simulated network.

import {
  createSimulatedServer,
  type LinkOptions,
  RecordingSink,
  type SimulatedServer,
} from '../../src/testing/index.js';
import { appWith, type Sleep } from './app.js';
import type { Case } from './document.js';
import { type ReadResponse, readResponses } from './responses.js';

/** Shorter than every deadline of the server, longer than any of its answers takes. */
const QUIET_MS = 1000;

export interface Played {
  readonly responses: readonly ReadResponse[];
  /** The server has ended its side. */
  readonly closed: boolean;
}

/** The client sends the case's parts, over a link like this one. */
export async function play(
  one: Pick<Case, 'parts' | 'limits' | 'events' | 'fin'>,
  link: LinkOptions,
): Promise<Played> {
  let sleep: Sleep = () => Promise.resolve();
  const simulated = createSimulatedServer(
    // A handler that fails is part of some cases: its 500 is what counts.
    { fetch: appWith((ms) => sleep(ms)), limits: one.limits, onError: () => undefined },
    { seed: 9112, link },
  );
  sleep = simulated.sleep;
  return playOn(simulated, one);
}

/** The same, against a server that was made already. */
export async function playOn(
  { network, clock }: Pick<SimulatedServer, 'network' | 'clock'>,
  one: Pick<Case, 'parts' | 'events' | 'fin'>,
): Promise<Played> {
  const heard = new RecordingSink();
  const client = network.connect(() => heard);
  for (const part of one.parts) {
    client.write(part);
    if (one.fin && part === one.parts.at(-1)) client.end();
    await clock.runAsync({ until: clock.now + QUIET_MS });
  }
  const closed = heard.finCount > 0;
  if (heard.resetCount > 0) throw new Error('the server broke the connection');
  return { responses: readResponses(heard.text, methodsOf(one), closed), closed };
}

/** The methods of the requests, also of one whose head was refused. */
function methodsOf({ parts, events }: Pick<Case, 'parts' | 'events'>): string[] {
  const methods = events.flatMap((event) => /^@\d+ head (\S+) /.exec(event)?.[1] ?? []);
  const ended = events.findLast((event) => event.endsWith(' end'))?.slice(1, -' end'.length) ?? '0';
  const rest = Buffer.concat(parts).toString('latin1', Number(ended));
  const refused = /^(?:\r\n)*(HEAD) /.exec(rest)?.[1];
  return refused === undefined ? methods : [...methods, refused];
}
