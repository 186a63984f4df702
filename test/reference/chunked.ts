// RFC 9112 §7.1: the chunked transfer coding. A chunk's data is as long as its size says, which no
// grammar can say: content.ts reads the lines by these rules and counts the octets between them.

import type { Rule } from './abnf.js';
import { any, either, exactly, HEXDIG, optional, rule, sequence, some } from './abnf.js';
import { BWS, quotedString, token } from './fields.js';

/** chunk-size = 1*HEXDIG — RFC 9112 §7.1 */
export const chunkSize: Rule = rule('chunk-size', some(HEXDIG));

/** chunk-ext-name = token — RFC 9112 §7.1.1 */
export const chunkExtName: Rule = rule('chunk-ext-name', token);

/** chunk-ext-val = token / quoted-string — RFC 9112 §7.1.1 */
export const chunkExtVal: Rule = rule('chunk-ext-val', either(token, quotedString));

/** chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] ) — RFC 9112 §7.1.1 */
export const chunkExt: Rule = rule(
  'chunk-ext',
  any(
    sequence(
      BWS,
      exactly(';'),
      BWS,
      chunkExtName,
      optional(sequence(BWS, exactly('='), BWS, chunkExtVal)),
    ),
  ),
);

/** The line of a chunk: chunk-size [ chunk-ext ] — RFC 9112 §7.1 */
export const chunkLine: Rule = rule('chunk', sequence(chunkSize, optional(chunkExt)));

/** The line of the last chunk: 1*("0") [ chunk-ext ] — RFC 9112 §7.1 */
export const lastChunkLine: Rule = rule(
  'last-chunk',
  sequence(some(exactly('0')), optional(chunkExt)),
);
