// The targets by name.

import { chunked } from './chunked.js';
import { connection } from './connection.js';
import { framing } from './framing.js';
import { head } from './head.js';
import { proxy } from './proxy.js';

/** A plain function of bytes that throws, or rejects, where an invariant breaks: any fuzzer can drive it. */
export type Target = (bytes: Uint8Array) => void | Promise<void>;

export const TARGETS: Readonly<Record<string, Target>> = {
  head,
  framing,
  chunked,
  connection,
  proxy,
};
