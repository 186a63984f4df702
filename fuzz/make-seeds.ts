// Writes fuzz/seeds: messages of the oracle's generators, and attacks. Run it after a change of either:
// `node fuzz/build.mjs && node fuzz/.build/fuzz/make-seeds.js`.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { proxyHeaders } from '../test/reference/generate-proxy-headers.js';
import { faultyRequests, validRequests } from '../test/reference/generators.js';
import { parseProxyHeader } from '../test/reference/proxy-header.js';

const home = fileURLToPath(new URL('../../seeds', import.meta.url));
const SEED = 9112;
const HEAD = 'POST / HTTP/1.1\r\nHost: a\r\n';
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;
const NEXT = 'GET /next HTTP/1.1\r\nHost: a\r\n\r\n';

/** Attacks by name, each a whole connection. */
const ATTACKS: Readonly<Record<string, string>> = {
  'cl-te': `${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${NEXT}`,
  'te-cl': `${HEAD}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${NEXT}`,
  'cl-cl': `${HEAD}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!${NEXT}`,
  'te-te': `${HEAD}Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n${NEXT}`,
  'te-space': `${HEAD}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${NEXT}`,
  'te-tab': `${HEAD}Transfer-Encoding:\tchunked\t\r\n\r\n0\r\n\r\n${NEXT}`,
  'te-vertical-tab': `${HEAD}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n${NEXT}`,
  'te-fold': `${HEAD}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n${NEXT}`,
  'te-10': 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'bare-lf': 'GET / HTTP/1.1\nHost: a\n\n',
  'bare-cr': 'GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n',
  'lf-in-extension': `${CHUNKED}1;a\nb\r\nx\r\n0\r\n\r\n`,
  'quoted-extension': `${CHUNKED}1;a="\\"\r\n"\r\nx\r\n0\r\n\r\n`,
  'size-sign': `${CHUNKED}+1\r\nx\r\n0\r\n\r\n`,
  'size-0x': `${CHUNKED}0x1\r\nx\r\n0\r\n\r\n`,
  'size-overflow': `${CHUNKED}10000000000000001\r\nx\r\n0\r\n\r\n`,
  'data-end': `${CHUNKED}1\r\nxy0\r\n\r\n`,
  'one-byte-chunks': `${CHUNKED}${'1\r\nx\r\n'.repeat(20)}0\r\n\r\n`,
  'trailer-framing': `${CHUNKED}0\r\nContent-Length: 9\r\n\r\n${NEXT}`,
  'host-twice': 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
  'host-and-absolute': 'GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n',
  'host-number': 'GET / HTTP/1.1\r\nHost: 1.2.3.0x100\r\n\r\n',
  'host-punycode': 'GET / HTTP/1.1\r\nHost: xn--mnchen-3ya.xn--a\r\n\r\n',
  'host-encoded': 'GET http://%78n--tda%2e%c3%bc/ HTTP/1.1\r\nHost: a%2fb\r\n\r\n',
  'proxy-1': `PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n${NEXT}`,
  'proxy-2': '\r\n\r\n\0\r\nQUIT\n',
  tls: '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03',
  'http-09': 'GET /\r\n',
  'http-2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'long-method': 'M'.repeat(420),
  'long-target': `GET /${'t'.repeat(80)} HTTP/1.1\r\nHost: a\r\n\r\n`,
  'many-fields': `GET / HTTP/1.1\r\nHost: a\r\n${'X: y\r\n'.repeat(9)}\r\n`,
  upgrade: `GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n${NEXT}`,
  expect: `${HEAD}Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello${NEXT}`,
  pipelined: NEXT.repeat(3),
};

/** What handlers of the connection target do. */
const CONVERSATIONS: Readonly<Record<string, string>> = {
  early: `POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello${NEXT}`,
  throws: `GET /t HTTP/1.1\r\nHost: a\r\n\r\n${NEXT}`,
  closes: `GET /c HTTP/1.1\r\nHost: a\r\n\r\n${NEXT}`,
  delays: `GET /d HTTP/1.1\r\nHost: a\r\n\r\n${NEXT}`,
  streams: `POST /s HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n${'x'.repeat(20)}${NEXT}`,
  'streams-trailers': 'GET /s HTTP/1.1\r\nHost: a\r\nTE: a;b=",", trailers\r\n\r\n',
  'streams-10': 'POST /s HTTP/1.0\r\nContent-Length: 20\r\n\r\n01234567890123456789',
  'early-chunked': `${CHUNKED.replace('/', '/e')}5\r\nhello\r\n0\r\n\r\n${NEXT}`,
  'too-large': `${CHUNKED.replace('/', '/d')}41\r\n${'x'.repeat(65)}\r\n0\r\n\r\n`,
  'cut-content': `${HEAD}Content-Length: 5\r\n\r\nhel`,
  'cut-head': 'GET / HTTP/1.1\r\nHost',
};

function write(target: string, name: string, text: string): void {
  writeFileSync(join(home, target, name), Buffer.from(text.slice(0, 1024), 'latin1'));
}

const valid = fc
  .sample(validRequests, { seed: SEED, numRuns: 400 })
  .filter((one) => one.length < 400);
const faulty = fc
  .sample(faultyRequests, { seed: SEED, numRuns: 800 })
  .filter(({ text }) => text.length < 300);

for (const target of ['head', 'framing', 'chunked', 'connection', 'proxy']) {
  rmSync(join(home, target), { recursive: true, force: true });
  mkdirSync(join(home, target), { recursive: true });
}
for (const [i, text] of valid.slice(0, 12).entries()) {
  write('head', `valid-${i}`, text);
  write('connection', `valid-${i}`, String.fromCharCode((i * 37) & 0xff) + text);
}
const faults = new Set<string>();
for (const { text, fault } of faulty) {
  if (faults.has(fault)) continue;
  faults.add(fault);
  write('head', `faulty-${fault}`, text);
}
for (const [name, text] of Object.entries({ ...ATTACKS, ...CONVERSATIONS })) {
  write('connection', name, `\x01${text}`);
  if (text.startsWith(HEAD)) write('framing', name, text.slice(HEAD.length));
  if (text.startsWith(CHUNKED)) write('chunked', name, text.slice(CHUNKED.length));
  if (name in ATTACKS) write('head', name, text);
}
for (const [i, text] of valid.filter((one) => /chunked/i.test(one)).entries()) {
  const body = text.slice(text.indexOf('\r\n\r\n') + 4);
  if (i < 12) write('chunked', `valid-${i}`, body);
}
for (const [i, text] of valid.filter((one) => /content-length/i.test(one)).entries()) {
  if (i < 8) write('framing', `valid-${i}`, text.slice(text.indexOf('\r\n') + 2));
}

const proxyOutcomes = new Map<string, number>();
for (const text of fc.sample(proxyHeaders, { seed: SEED, numRuns: 400 })) {
  const result = parseProxyHeader(Buffer.from(text, 'latin1'));
  const header = result.outcome === 'header' ? `-${result.version}-${result.kind}` : '';
  const count = proxyOutcomes.get(result.outcome + header) ?? 0;
  proxyOutcomes.set(result.outcome + header, count + 1);
  if (count < 4) write('proxy', `${result.outcome}${header}-${count}`, text);
}
