// What a chunk parser tells of some bytes, for every way in which they are cut.

import { faultName } from '../../src/fsm/faults.js';
import { type Limits, limitsFrom } from '../../src/fsm/limits.js';
import {
  CHUNK_DATA,
  CHUNK_FAULT,
  CHUNK_LAST,
  CHUNK_MORE,
  ChunkParser,
} from '../../src/fsm/parse/chunk-parser.js';
import { latin1 } from '../../src/fsm/parse/latin1.js';
import { bytesOf, everySplit } from './split-bytes.js';

function chunkLog(pieces: readonly Uint8Array[], limits: Partial<Limits>): string[] {
  const parser = new ChunkParser(limitsFrom(limits));
  let content = '';
  let base = 0;
  for (const piece of pieces) {
    for (let at = 0, signal = -1; signal !== CHUNK_MORE; at = parser.at) {
      signal = parser.parse(piece, at, piece.length);
      if (signal === CHUNK_FAULT)
        return [content, `@${base + parser.faultAt} ${faultName(parser.fault)}`];
      if (signal === CHUNK_LAST) return [content, `@${base + parser.at} last`];
      if (signal === CHUNK_DATA) {
        if (parser.dataTo !== parser.at || parser.dataFrom >= parser.dataTo)
          throw new Error(`data at ${parser.dataFrom} to ${parser.dataTo}`);
        content += latin1(piece, parser.dataFrom, parser.dataTo);
      }
    }
    base += piece.length;
  }
  return [content, `@${base} more`];
}

/** The content, and how it ended: for every split. */
export function chunks(text: string, limits: Partial<Limits> = {}): string[] {
  return everySplit((pieces) => chunkLog(pieces, limits), bytesOf(text));
}

/** How it ended. */
export function outcome(text: string, limits: Partial<Limits> = {}): string {
  return chunks(text, limits)[1] as string;
}
