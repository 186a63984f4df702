// Many clients that each ask for a long body and take it slowly.

import { connect } from 'node:net';

const connectingMax = 200;
const ticksPerSecond = 10;

/** Opens `readers` connections, asks each for `path`, and reads `bytesPerSecond` from each for `ms`. */
export async function readSlowly({ port, readers, path, bytesPerSecond, ms }, onWindow) {
  const sockets = [];
  let connected = 0;
  let lost = 0;
  let begun = 0;
  for (let i = 0; i < readers; i++) {
    while (i - connected - lost >= connectingMax) await later(1);
    const socket = connect({ port, host: '127.0.0.1', highWaterMark: 4096 });
    socket.pause();
    socket.once('readable', () => begun++);
    socket.on('connect', () => {
      connected++;
      socket.write(`GET ${path} HTTP/1.1\r\nHost: bench\r\n\r\n`);
    });
    socket.on('error', () => lost++);
    sockets.push(socket);
  }
  onWindow('open');
  let bytes = 0;
  const pieceBytes = Math.ceil(bytesPerSecond / ticksPerSecond);
  for (let tick = 0; tick < (ms / 1000) * ticksPerSecond; tick++) {
    const due = later(1000 / ticksPerSecond);
    for (const socket of sockets) {
      const wanted = Math.min(pieceBytes, socket.readableLength);
      if (wanted > 0) bytes += socket.read(wanted)?.length ?? 0;
    }
    await due;
  }
  onWindow('close');
  for (const socket of sockets) socket.destroy();
  return { readers, connected, begun, lost, bytes };
}

function later(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
