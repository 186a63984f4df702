// What the fuzzer has found in the server, as it printed it.

import { expect, test } from 'vitest';
import { connection } from '../../fuzz/targets/connection.js';

// SluiceBug: fault in discard/shut/last. While a 408 for slow content was still leaving, the content
// was found to be slow once more.
test('content that came too slowly is so once, though its 408 leaves slowly too', async () => {
  const bytes = Buffer.from('\nPOST / HTTP/1.0\r\nContent-Length:1\r\n\r\n', 'latin1');
  await expect(connection(bytes)).resolves.toBeUndefined();
});
