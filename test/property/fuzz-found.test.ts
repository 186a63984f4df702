// What the fuzzer has found in the server, as it printed it.

import { expect, test } from 'vitest';
import { chunked } from '../../fuzz/targets/chunked.js';
import { connection } from '../../fuzz/targets/connection.js';
import { head } from '../../fuzz/targets/head.js';

// SluiceBug: fault in discard/shut/last. While a 408 for slow content was still leaving, the content
// was found to be slow once more.
test('content that came too slowly is so once, though its 408 leaves slowly too', async () => {
  const bytes = Buffer.from('\nPOST / HTTP/1.0\r\nContent-Length:1\r\n\r\n', 'latin1');
  await expect(connection(bytes)).resolves.toBeUndefined();
});

// The oracle took nothing but 413 for a CONNECT that declares too much; 501 comes first here.
test('a CONNECT with more content than is allowed may be refused for either', async () => {
  const bytes = Buffer.from(
    'CONNECT [::]:0 HTTP/1.0\r\na:\r\nCoNtenT-LEnGTH:80\r\naaaa:a\r\n\r\n',
    'latin1',
  );
  await expect((async () => head(bytes))()).resolves.toBeUndefined();
});

// The oracle judged the method by the line that was read last, not by the first.
test('a method as long as a head may be is refused as one, whatever follows it', async () => {
  const bytes = Buffer.from(`0\r\na:\r\n\r\n${'a'.repeat(400)} / HTTP/0.0\r\n`, 'latin1');
  await expect((async () => chunked(bytes))()).resolves.toBeUndefined();
});

// The target's handler looked for what to do at the end of `request.url`, which for `*` ends with the host.
test('what the handler does is said by the target, not by the host', async () => {
  const bytes = Buffer.from('\0OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n', 'latin1');
  await expect(connection(bytes)).resolves.toBeUndefined();
});
