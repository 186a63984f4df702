// The parsers: each takes reads, and counts what it found, so that it can be checked that it read at all.

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const dist = process.env.SLUICE_DIST
  ? pathToFileURL(`${process.env.SLUICE_DIST}/`)
  : new URL('../../dist/', import.meta.url);

class Counts {
  heads = 0;
  bodyBytes = 0;
  strings = 0;
}

const limits = { bodyBytesMax: 2 * 1024 * 1024, headBytesMax: 64 * 1024 };

/** Nobody asks for a string: the head is checked, its places are known. */
const noStrings = (counts) => {
  counts.heads++;
};

/** All strings of a head as the server makes them: it is decoded once, and cut. */
const serverStrings = (
  counts,
  { head: { bytes, from, to, methodTo, targetFrom, targetTo, fields } },
) => {
  const text = bytes.latin1Slice(from, to);
  const rawHeaders = [];
  for (let i = 0; i < fields.length; i += 2) {
    rawHeaders.push(text.slice(fields[i] - from, fields[i + 1] - from));
  }
  counts.heads++;
  counts.strings += text.slice(0, methodTo - from).length;
  counts.strings += text.slice(targetFrom - from, targetTo - from).length + rawHeaders.length;
};

/** The same by `sluice/core` alone, which knows no Buffer. */
const coreStrings = (counts, head) => {
  counts.heads++;
  counts.strings += head.method.length + head.target.length + head.rawHeaders.length;
};

async function sluice(onHead) {
  const { RequestParser } = await import(new URL('fsm/index.js', dist).href);
  const counts = new Counts();
  const parser = new RequestParser(limits, {
    head: (head) => onHead(counts, head),
    body: (_bytes, from, to) => {
      counts.bodyBytes += to - from;
    },
    trailers: () => {},
    fault: ({ text }) => {
      throw new Error(text);
    },
  });
  return { counts, feed: (bytes) => parser.feed(bytes) };
}

/** llhttp through Node's own binding, as node:http uses it: it makes the strings of each head. */
function llhttp() {
  const { HTTPParser } = createRequire(import.meta.url)('_http_common');
  const counts = new Counts();
  const parser = new HTTPParser();
  parser.initialize(HTTPParser.REQUEST, {});
  // More than 32 fields come in portions before the head is complete.
  parser[HTTPParser.kOnHeaders | 0] = (headers) => {
    counts.strings += headers.length;
  };
  parser[HTTPParser.kOnHeadersComplete | 0] = (_major, _minor, headers, _method, target) => {
    counts.heads++;
    if (headers !== undefined) counts.strings += headers.length + target.length;
  };
  parser[HTTPParser.kOnBody | 0] = (bytes) => {
    counts.bodyBytes += bytes.length;
  };
  parser[HTTPParser.kOnMessageComplete | 0] = () => {};
  return {
    counts,
    feed: (bytes) => {
      const result = parser.execute(bytes);
      if (result instanceof Error) throw result;
    },
  };
}

export const parsers = {
  sluice: { what: 'sluice, no string asked for', make: () => sluice(noStrings) },
  'sluice-strings': { what: 'sluice, all strings', make: () => sluice(serverStrings) },
  'core-strings': { what: 'sluice/core, all strings', make: () => sluice(coreStrings) },
  llhttp: { what: 'llhttp by Node’s binding, all strings', make: llhttp },
};
