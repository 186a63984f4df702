// A WebSocket echo without a library, to show what an upgrade is:
// node examples/websocket.mjs
//
// In a browser: new WebSocket('ws://127.0.0.1:7878/').send('hello')
// It echoes messages of one frame, answers pings, and closes politely (RFC 6455).

import { createHash } from 'node:crypto';
import { createServer, reply } from 'sluice';

/** RFC 6455 §1.3 */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const MESSAGE_BYTES_MAX = 1024 * 1024;
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

export const server = createServer({
  async fetch(request, context) {
    const key = request.headers.get('sec-websocket-key');
    if (key === null) return reply('Ask for a WebSocket.\n');
    if (request.headers.get('sec-websocket-version') !== '13')
      return reply('', { status: 400, headers: { 'Sec-WebSocket-Version': 13 } });
    const accept = createHash('sha1')
      .update(key + GUID)
      .digest('base64');
    const tunnel = await context.upgrade({
      protocol: 'websocket',
      headers: { 'Sec-WebSocket-Accept': accept },
    });
    const writer = tunnel.writable.getWriter();
    // The server closes: 1001 is 'going away'. The client answers, and ends.
    request.signal.addEventListener('abort', () => writer.write(frame(CLOSE, status(1001))));
    for await (const { opcode, content } of frames(tunnel.readable)) {
      if (opcode === CLOSE) await writer.write(frame(CLOSE, content.subarray(0, 2)));
      else if (opcode === PING) await writer.write(frame(PONG, content));
      else if (opcode === TEXT || opcode === BINARY) await writer.write(frame(opcode, content));
      if (opcode === CLOSE) break;
    }
    tunnel.close();
  },
});

/** The frames of a client: masked, and whole (RFC 6455 §5.2). */
async function* frames(readable) {
  let bytes = Buffer.alloc(0);
  // `break` in the loop above must not cut the tunnel.
  for await (const chunk of readable.values({ preventCancel: true })) {
    bytes = Buffer.concat([bytes, chunk]);
    for (let next = frameIn(bytes); next !== undefined; next = frameIn(bytes)) {
      bytes = bytes.subarray(next.bytes);
      yield next;
    }
  }
}

/** The first frame; undefined if it has not come yet. */
function frameIn(bytes) {
  if (bytes.length < 2) return undefined;
  const short = bytes[1] & 0x7f;
  const maskAt = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < maskAt + 4) return undefined;
  const length =
    short === 127
      ? Number(bytes.readBigUInt64BE(2))
      : short === 126
        ? bytes.readUInt16BE(2)
        : short;
  if (length > MESSAGE_BYTES_MAX) throw new Error('the message is too long');
  if ((bytes[0] & 0x80) === 0 || (bytes[1] & 0x80) === 0)
    throw new Error('this echo takes whole messages, masked');
  const from = maskAt + 4;
  if (bytes.length < from + length) return undefined;
  const content = Buffer.from(bytes.subarray(from, from + length));
  for (let i = 0; i < length; i++) content[i] ^= bytes[maskAt + (i & 3)];
  return { opcode: bytes[0] & 0x0f, content, bytes: from + length };
}

/** A frame of a server: whole, without a mask. */
function frame(opcode, content) {
  const head = Buffer.alloc(content.length < 126 ? 2 : content.length < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  head[1] = head.length === 2 ? content.length : head.length === 4 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(content.length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(content.length), 2);
  return Buffer.concat([head, content]);
}

function status(code) {
  const content = Buffer.alloc(2);
  content.writeUInt16BE(code);
  return content;
}

const { port } = await server.listen({ port: Number(process.env.PORT ?? 7878) });
console.log(`ws://127.0.0.1:${port}/`);
process.once('SIGINT', () => server.close());
