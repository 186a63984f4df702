// Every case of the documents: by the parser at every chunk size, and by the whole server.

import { describe, expect, test } from 'vitest';
import type { LinkOptions } from '../../src/testing/index.js';
import { type Case, documentNames, readCorpus } from './document.js';
import { eventLog, piecesOf } from './event-log.js';
import { play } from './run-case.js';
import { claimImpliedBy, differences } from './server-claim.js';

/** Pieces of up to so many bytes; a case that is longer is then played whole. */
const PIECE_BYTES_MAX = 64;

/** Cases beyond this size are not cut in every way, but in a few: they would take minutes. */
const LONG_BYTES = 16_384;

const corpus = readCorpus();

for (const name of documentNames()) {
  const cases = corpus.filter(({ document }) => document === name);

  describe(`${name}.md, by the parser`, () => {
    for (const one of cases) test(one.title, () => checkParser(one));
  });

  describe(`${name}.md, by the server`, () => {
    for (const one of cases) test(one.title, () => checkServer(one));
  });
}

test('no two cases have the same name', () => {
  const names = corpus.map(({ title }) => title);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

function checkParser({ parts, limits, events }: Case): void {
  const bytes = Buffer.concat(parts);
  expect(eventLog([bytes], limits)).toEqual(events);
  const step = bytes.length > LONG_BYTES ? 9 : 1;
  for (let size = 1; size <= Math.min(bytes.length, PIECE_BYTES_MAX); size += step) {
    expect(eventLog(piecesOf(bytes, size), limits), `in pieces of ${size}`).toEqual(events);
  }
}

const LINKS: readonly LinkOptions[] = [{ split: 'whole' }, { split: 'random' }, { split: 'bytes' }];
const LINKS_FOR_LONG: readonly LinkOptions[] = [{ split: 'whole' }, { segmentBytesMax: 1460 }];

async function checkServer(one: Case): Promise<void> {
  const claim = one.server ?? claimImpliedBy(one.events);
  const bytes = one.parts.reduce((sum, part) => sum + part.length, 0);
  for (const link of bytes > LONG_BYTES ? LINKS_FOR_LONG : LINKS) {
    const { responses, closed } = await play(one, link);
    expect(differences(claim, responses, closed), JSON.stringify(link)).toEqual([]);
  }
}
