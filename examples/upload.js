// Counts the bytes of an upload without keeping them: node examples/upload.js, then
// curl -T big-file http://127.0.0.1:7878/
//
// The body is read at the pace of the loop below: a slow handler slows the sender. The
// limit of 1 MiB is raised for this request, before the body is first read.

import { createHash } from 'node:crypto';
import { createServer, reply } from 'sluice';

const server = createServer({
  async fetch(request, context) {
    if (request.body === null) return reply('Send a body.\n', { status: 400 });
    context.bodyBytesMax = 8 * 1024 ** 3;
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of request.body) {
      bytes += chunk.byteLength;
      hash.update(chunk);
    }
    return reply(`${bytes} bytes, sha256 ${hash.digest('hex')}\n`);
  },
});

const { address, port } = await server.listen({ port: Number(process.env.PORT ?? 7878) });
console.log(`http://${address}:${port}/`);
