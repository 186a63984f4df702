// The curves: what grows along each, and the load at each of its points.

import { memoryBody } from '../speed/content.mjs';
import { get, pipelined, post } from '../speed/requests.mjs';

const kibibyte = 1024;
const hello = { body: 'Hello, World!', type: 'text/plain' };

export const curves = {
  connections: {
    what: 'connections, all of them asking',
    x: 'connections',
    at: [1, 10, 100, 1000, 10_000],
    // As many would be refused by default, for they'd wait too long; and those of the warm-up may still be there.
    settings: {
      concurrency: 20_000,
      queue: { law: 'timed', waitMs: 30_000, entriesMax: 20_000 },
      limits: { connectionsMax: 20_000 },
    },
    of: (connections) => ({
      connections,
      // Opening so many takes a while, and is counted.
      secondsMin: connections / 2000,
      handler: 'hello',
      requests: [get('/')],
      answers: [hello],
    }),
  },
  head: {
    what: 'bytes of the head',
    x: 'bytes of the head',
    at: [40, 256, kibibyte, 4 * kibibyte, 15 * kibibyte],
    of: (bytes) => ({
      connections: 64,
      handler: 'hello',
      requests: [headOf(bytes)],
      answers: [hello],
    }),
  },
  response: {
    what: 'bytes of the response, from memory',
    x: 'bytes of the response',
    at: [kibibyte, 16 * kibibyte, 128 * kibibyte, 1024 * kibibyte],
    of: (bytes) => ({
      connections: 16,
      handler: 'memory',
      env: { BENCH_BYTES: String(bytes) },
      requests: [get('/memory')],
      answers: [{ body: memoryBody.subarray(0, bytes), type: 'application/octet-stream' }],
    }),
  },
  upload: {
    what: 'bytes of the request’s content, read as a stream',
    x: 'bytes of the upload',
    at: [kibibyte, 16 * kibibyte, 128 * kibibyte, 1024 * kibibyte],
    of: (bytes) => ({
      connections: 16,
      handler: 'upload',
      requests: [post('/upload', [], memoryBody.subarray(0, bytes))],
      answers: [{ body: String(bytes), type: 'text/plain' }],
    }),
  },
  depth: {
    what: 'requests sent at once on a connection',
    x: 'pipelining depth',
    at: [1, 2, 4, 8, 16, 32, 64],
    of: (depth) => ({
      connections: 16,
      depth,
      handler: 'hello',
      requests: [pipelined(get('/'), depth)],
      answers: [hello],
    }),
  },
};

/** A GET of so many bytes: fields of ordinary length, and as many as it takes. */
function headOf(bytes) {
  const fields = [];
  for (;;) {
    const left = bytes - get('/', fields).length;
    const name = `X-Field-${fields.length}: `;
    const room = left - name.length - 2;
    if (room < 1) return get('/', fields);
    fields.push(name + 'abcdefghij '.repeat(20).slice(0, Math.min(room, 170)).trimEnd());
  }
}
