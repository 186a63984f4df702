// What the parsers are fed: one buffer a read, as a socket would give them. Each read ends where a message or
// a piece of one ends, so that it can be fed again and again.

import { browserHeaders, get, pipelined } from '../speed/requests.mjs';

const large = [...browserHeaders, ...longFields(7 * 1024)];
const small = get('/');

/** `reads` are fed in turn, for ever; `heads` are in one turn. */
export const workloads = {
  small: { what: 'a head of 40 bytes', reads: [small], heads: 1 },
  'small x16': {
    what: '16 heads of 40 bytes in one read',
    reads: [pipelined(small, 16)],
    heads: 16,
  },
  browser: {
    what: 'the head of a browser, 900 bytes',
    reads: [get('/catalogue/item-2041?from=search', browserHeaders)],
    heads: 1,
  },
  large: { what: 'a head of 8 KB, with cookies and tokens', reads: [get('/', large)], heads: 1 },
  'chunks 64 KiB': { what: '1 MiB in chunks of 64 KiB', ...chunkedIn(64 * 1024), heads: 1 },
  'chunks 1 KiB': { what: '1 MiB in chunks of 1 KiB', ...chunkedIn(1024), heads: 1 },
  'chunks 100 B': { what: '1 MiB in chunks of 100 bytes', ...chunkedIn(100), heads: 1 },
};

export const bodyBytes = 1024 * 1024;

function longFields(bytes) {
  const value = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.'.repeat(20).slice(0, 480);
  return Array.from({ length: Math.floor(bytes / 500) }, (_, i) => `X-Token-${i}: ${value}`);
}

/** A chunked message, in reads of 64 KiB. */
function chunkedIn(chunkBytes) {
  const body = 1024 * 1024;
  const parts = [
    'POST /upload HTTP/1.1\r\nHost: bench.example\r\nTransfer-Encoding: chunked\r\n\r\n',
  ];
  for (let sent = 0; sent < body; sent += chunkBytes) {
    const length = Math.min(chunkBytes, body - sent);
    parts.push(`${length.toString(16)}\r\n${'x'.repeat(length)}\r\n`);
  }
  parts.push('0\r\n\r\n');
  const bytes = Buffer.from(parts.join(''));
  const reads = [];
  for (let at = 0; at < bytes.length; at += 64 * 1024) {
    reads.push(bytes.subarray(at, at + 64 * 1024));
  }
  return { reads };
}
