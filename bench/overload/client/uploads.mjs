// Many clients that each have a connection, and all send long content at the same moment.

import { monotonicMs } from '../../lib/time.mjs';
import { Connection } from './connection.mjs';

/** @returns how many were answered with 200, and when the last answer came */
export async function uploadAtOnce({ port, uploads, bytes }, onWindow) {
  const head = `POST /upload HTTP/1.1\r\nHost: bench\r\nContent-Length: ${bytes}\r\n\r\n`;
  const text = head + 'x'.repeat(bytes);
  const statuses = [];
  let connected = 0;
  let settled;
  const ready = new Promise((resolve) => {
    settled = resolve;
  });
  let finish;
  const over = new Promise((resolve) => {
    finish = resolve;
  });
  const owner = {
    connected: () => {
      if (++connected === uploads) settled();
    },
    answered: (connection, { status }) => {
      connection.close();
      note(status);
    },
    lost: () => note(0),
  };
  const note = (status) => {
    statuses.push(status);
    if (statuses.length === uploads) finish();
  };
  const connections = Array.from({ length: uploads }, () => new Connection(port, owner));
  await ready;
  onWindow('open');
  const begin = monotonicMs();
  for (const connection of connections) connection.send(0, text);
  await over;
  const ms = monotonicMs() - begin;
  onWindow('close');
  const served = statuses.filter((status) => status === 200).length;
  const refused = statuses.filter((status) => status === 503).length;
  return { uploads, served, refused, lost: uploads - served - refused, doneMs: ms };
}
