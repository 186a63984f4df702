import { helloText, megabyte } from '../content.mjs';
import { get } from '../requests.mjs';

const hello = { body: helloText, type: 'text/plain' };

/** TLS 1.3, a certificate of P-256; peer and subject show the same one. */
const tls = { encrypted: true, peers: ['node-https'] };

export const overTls = [
  {
    name: 'tls-small',
    what: 'the small GET under TLS, keep-alive, 64 connections',
    handler: 'hello',
    connections: 64,
    requests: [get('/')],
    answers: [hello],
    targets: { 'node-https': { most: 0.6 } },
    ...tls,
  },
  {
    name: 'tls-fresh',
    what: 'the small GET under TLS, a whole handshake each, 16 at a time',
    handler: 'hello',
    connections: 16,
    requests: [get('/', ['Connection: close'])],
    answers: [{ ...hello, closes: true }],
    targets: { 'node-https': { most: 1 } },
    ...tls,
  },
  {
    name: 'tls-memory',
    what: '1 MiB from memory under TLS',
    handler: 'memory',
    connections: 16,
    requests: [get('/memory')],
    answers: [{ body: megabyte, type: 'application/octet-stream' }],
    targets: { 'node-https': { most: 1 } },
    ...tls,
  },
];
