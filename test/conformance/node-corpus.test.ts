// The corpus against `sluice/node`: what the server refuses, and where one message ends, is the same, whoever answers.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { createServer } from '../../src/adapters/node/index.js';
import { hostOf } from '../../src/adapters/node/server/server.js';
import { createServerIn } from '../../src/server.js';
import { type LinkOptions, SimulatedNetwork } from '../../src/testing/index.js';
import { listenOn } from '../../src/testing/wire.js';
import { type Case, documentNames, readCorpus } from './document.js';
import { playOn } from './run-case.js';
import { claimImpliedBy, differences, type ServerClaim } from './server-claim.js';

type Listener = (req: IncomingMessage, res: ServerResponse) => void;

/** Answers a request with its content. */
const echo: Listener = (req, res) => {
  const pieces: Buffer[] = [];
  req.on('data', (piece: Buffer) => pieces.push(piece));
  req.on('end', () => res.end(pieces.length > 0 ? Buffer.concat(pieces) : 'OK'));
};

/** The paths of `app.ts` that a listener can answer alike. */
const routes: Readonly<Record<string, Listener>> = {
  '/early': (_req, res) => void res.end('early'),
  '/close': (_req, res) => void res.setHeader('Connection', 'close').end('OK'),
  '/204': (_req, res) => void res.writeHead(204).end(),
  '/304': (_req, res) => void res.writeHead(304).end(),
  '/whole': (_req, res) => void res.end('onetwothree'),
  '/version': (req, res) => void res.end(req.httpVersion),
};

/** What these are about is how sluice writes a reply, or an option that is not Node's. */
const OTHERS = ['responses'];

const LINKS: readonly LinkOptions[] = [{ split: 'whole' }, { split: 'random' }, { split: 'bytes' }];

for (const name of documentNames().filter((one) => !OTHERS.includes(one))) {
  describe(`${name}.md, by sluice/node`, () => {
    for (const one of readCorpus().filter(({ document }) => document === name)) {
      if (isForBoth(one)) test(one.title, () => check(one));
    }
  });
}

/** In virtual time, each byte of these is a turn of the loop. */
const LONG_BYTES = 4096;

/** What node:http does otherwise, or what is about a handler's `request.url`. */
const OTHERWISE: readonly string[] = [
  // A ServerResponse to HTTP/1.0 closes the connection.
  'HTTP/1.0 goes on where the client asks',
  // A request that is refused within its listener's reading is its connection's last.
  'A Content-Length beyond bodyBytesMax gets 413',
  // Node says 100 before anybody looks at the length.
  'Content that is refused by its length needs no 100',
  'Two hosts in one request line and Host',
  'With absolute-form the host is that of the target, not of Host',
];

/** A path of another route is not echoed by `app.ts`. */
function isForBoth({ parts, events, title }: Case): boolean {
  if (OTHERWISE.includes(title)) return false;
  // Node says 100 as soon as there is a head, and a listener may answer any expectation.
  if (events.some((event) => / expects 100|EXPECTATION/.test(event))) return false;
  const text = Buffer.concat(parts).toString('latin1');
  const paths = [...text.matchAll(/^[A-Z]+ (\/[^ ?]*)/gm)].map(([, path = '']) => path);
  const isAlike = paths.every((path) => path in routes || !KNOWN.test(path));
  return isAlike;
}

const KNOWN =
  /^\/(?:205|599|stream|trailers|trailers-back|slow|inform|split-value|bare-cr|own-coding|short|url|fields)$/;

async function check(one: Case): Promise<void> {
  const claim = one.server ?? claimImpliedBy(one.events);
  const bytes = one.parts.reduce((sum, part) => sum + part.length, 0);
  const long: readonly LinkOptions[] = [{ split: 'whole' }, { segmentBytesMax: 1460 }];
  for (const link of bytes > LONG_BYTES ? long : LINKS) {
    const network = new SimulatedNetwork({ seed: 9112, link });
    const node = createServer((req, res) =>
      (routes[req.url?.split('?')[0] ?? ''] ?? echo)(req, res),
    );
    const options = { fetch: () => Promise.reject(), limits: one.limits };
    const server = createServerIn(network.environment(), options, hostOf(node));
    listenOn(network, server);
    const { responses, closed } = await playOn({ network, clock: network.clock }, one);
    expect(differences(inNodesWords(claim), responses, closed), JSON.stringify(link)).toEqual([]);
  }
}

/** Without what Node words otherwise: how it says that a connection is kept, and how content is framed. */
function inNodesWords(claim: ServerClaim): ServerClaim {
  return {
    ...claim,
    responses: claim.responses.map((response) => ({ ...response, details: [] })),
  };
}
