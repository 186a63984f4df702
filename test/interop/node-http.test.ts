// sluice's parser beside that of node:http: whatever both accept, they must end at the same byte, for
// they stand in front of and behind one another in practice. Where they part is pinned here, and
// listed in docs/http-support.md.

import { readFileSync } from 'node:fs';
import { METHODS } from 'node:http';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Sample, samples } from '../reference/generators.js';
import { latin1Bytes } from '../reference/parse-requests.js';
import { type NodeMessage, readWithNode } from '../support/node-http-reader.js';
import { type Observed, observe } from '../support/parser-log.js';

const known: ReadonlySet<string> = new Set(METHODS);

/** As they are, node:http refuses half of the samples for a method or minor version that it does not know. */
const familiar = samples.map(({ text }: Sample) =>
  text
    .replace(/ HTTP\/1\.[2-9]/g, ' HTTP/1.1')
    .replace(/^[^ \r\n]+(?= \S+ HTTP)/gm, (method) => (known.has(method) ? method : 'POST')),
);

function messagesOf({ messages }: Observed): NodeMessage[] {
  return messages.map(({ method, target, content, trailers }) => ({
    method,
    target,
    content,
    trailers: trailers.flat(),
  }));
}

describe('node:http and sluice', () => {
  // Law: the messages that both give are the same, one by one; and where neither refuses, so is their
  // number: then each ends where the other's does.
  test('end the messages that both accept at the same byte', { timeout: 240_000 }, async () => {
    let bothAccept = 0;
    await fc.assert(
      fc.asyncProperty(familiar, async (text) => {
        const seen = observe([latin1Bytes(text)]);
        const ours = messagesOf(seen);
        const node = await readWithNode(latin1Bytes(text));
        const common = Math.min(ours.length, node.messages.length);
        expect(node.messages.slice(0, common)).toEqual(ours.slice(0, common));
        if (seen.fault !== undefined || node.fault !== undefined) return;
        expect(node.messages).toHaveLength(ours.length);
        expect(node.open).toBe(seen.open === undefined ? 0 : 1);
        bothAccept++;
      }),
      { numRuns: 2000 },
    );
    expect(bothAccept).toBeGreaterThan(400);
  });
});

/** `read`: this many messages, and no fault. `refuse`: a fault behind so many. */
type Verdict = `${'read' | 'refuse'} ${number}` | 'wait';

interface Difference {
  /** As the table in docs/http-support.md has it. */
  readonly what: string;
  readonly text: string;
  readonly sluice: Verdict;
  readonly node: Verdict;
}

const NEXT = 'GET /next HTTP/1.1\r\nHost: a\r\n\r\n';
const get = (fields: string, line = 'GET / HTTP/1.1'): string =>
  `${line}\r\nHost: a\r\n${fields}\r\n`;
const line = (text: string): string => get('', text);
const chunked = (body: string): string => get('Transfer-Encoding: chunked\r\n') + body;
const differ =
  (sluice: Verdict, node: Verdict) =>
  (what: string, text: string): Difference => ({ what, text, sluice, node });

const onlyNode = differ('refuse 0', 'read 1');
const onlySluice = differ('read 1', 'refuse 0');
const bothRead = differ('read 2', 'read 1');

/** The same in Node 20, 22 and 24. */
const DIFFERENCES: readonly Difference[] = [
  bothRead(
    'A request after an ignored `Upgrade`',
    get('Connection: upgrade\r\nUpgrade: websocket\r\n') + NEXT,
  ),
  onlyNode('LF alone before a request line', `\n${NEXT}`),
  onlyNode('Two spaces before the target', line('GET  / HTTP/1.1')),
  onlyNode('A blank after the target', line('OPTIONS *  HTTP/1.1')),
  onlyNode('A target with a fragment', line('GET /a#b HTTP/1.1')),
  onlyNode('`*` with another method than OPTIONS', line('GET * HTTP/1.1')),
  onlyNode('An absolute target of another scheme', line('GET ftp://a/ HTTP/1.1')),
  onlyNode('An absolute target without a host', line('GET http:///x HTTP/1.1')),
  onlyNode('A request line without a version', line('GET /')),
  onlyNode('HTTP/2.0 in a request line', line('GET / HTTP/2.0')),
  onlyNode('HTTP/0.9 in a request line', line('GET / HTTP/0.9')),
  onlyNode('More than one Host', get('Host: b\r\n')),
  onlyNode('A Host that is no host', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n'),
  onlyNode('An empty Host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n'),
  onlyNode(
    'Transfer-Encoding on HTTP/1.0',
    `${get('Transfer-Encoding: chunked\r\n', 'GET / HTTP/1.0')}0\r\n\r\n`,
  ),
  onlyNode(
    'A transfer coding before chunked',
    `${get('Transfer-Encoding: identity, chunked\r\n')}0\r\n\r\n`,
  ),
  differ('refuse 0', 'wait')(
    'A Content-Length past 2^53 - 1',
    get('Content-Length: 9007199254740992\r\n'),
  ),
  differ('refuse 0', 'wait')('A chunk size past 2^53 - 1', chunked('20000000000000\r\nx')),
  onlyNode('A chunk extension without a name', chunked('1;a;;b\r\nx\r\n0\r\n\r\n')),
  onlyNode('A chunk extension that ends in `=`', chunked('1;a=\r\nx\r\n0\r\n\r\n')),
  onlySluice('HTTP/1.2 and above', line('GET / HTTP/1.2')),
  onlySluice('A method that is not registered', line('FOO / HTTP/1.1')),
  onlySluice('An HTAB after chunked', `${get('Transfer-Encoding: chunked\t\r\n')}0\r\n\r\n`),
  onlySluice(
    'An empty element in the list of codings',
    `${get('Transfer-Encoding: chunked ,\r\n')}0\r\n\r\n`,
  ),
  onlySluice('Blanks in a chunk extension', chunked('1 ; a = b\r\nx\r\n0\r\n\r\n')),
  onlySluice('A trailer named Content-Length', chunked('0\r\nContent-Length: 5\r\n\r\n')),
  differ('read 1', 'refuse 1')(
    'Bytes after the last request of a connection',
    get('Connection: close\r\n') + NEXT,
  ),
];

function verdict(messages: number, isRefused: boolean, isOpen: boolean): Verdict {
  if (isRefused) return `refuse ${messages}`;
  return isOpen ? 'wait' : `read ${messages}`;
}

describe('where node:http reads differently', () => {
  test.each(DIFFERENCES)('$what', async ({ text, sluice, node }) => {
    const seen = observe([latin1Bytes(text)]);
    expect(verdict(seen.messages.length, seen.fault !== undefined, seen.open !== undefined)).toBe(
      sluice,
    );
    const read = await readWithNode(latin1Bytes(text));
    expect(verdict(read.messages.length, read.fault !== undefined, read.open > 0)).toBe(node);
  });

  test('is listed in docs/http-support.md', () => {
    const path = fileURLToPath(new URL('../../docs/http-support.md', import.meta.url));
    const section = readFileSync(path, 'utf8').split('## Where node:http reads differently')[1];
    const listed = (section ?? '').split(/^## /m)[0] ?? '';
    const first = [...listed.matchAll(/^\| (.+?) \|/gm)].map(([, cell]) => cell);
    expect(first.filter((cell) => cell !== 'What' && !cell?.startsWith('-'))).toEqual(
      DIFFERENCES.map(({ what }) => what),
    );
  });
});
