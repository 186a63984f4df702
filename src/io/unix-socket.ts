// The file of a Unix domain socket. A process that was killed leaves its file behind, and the file keeps the next
// one from listening.

import { createConnection } from 'node:net';

/** What there is at the path: somebody listens, nobody does any more, or it is no socket; unknown: we may not know. */
export type SocketFile = 'live' | 'stale' | 'other' | 'unknown';

/** Finds out by a connect, which is closed at once. */
export async function lookAtSocketFile(path: string): Promise<SocketFile> {
  const { lstatSync } = process.getBuiltinModule('node:fs');
  try {
    if (!lstatSync(path).isSocket()) return 'other';
  } catch {
    return 'unknown';
  }
  const code = await new Promise<string | undefined>((resolve) => {
    const socket = createConnection({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once('error', (error: Error & { code?: string }) => resolve(error.code ?? ''));
  });
  // EAGAIN: its queue is full, so somebody has one.
  if (code === undefined || code === 'EAGAIN') return 'live';
  return code === 'ECONNREFUSED' ? 'stale' : 'unknown';
}

/** Removes the file of a socket on which nobody listens. */
export function removeSocketFile(path: string): void {
  process.getBuiltinModule('node:fs').unlinkSync(path);
}

/** @param mode as in chmod */
export function setSocketMode(path: string, mode: number): void {
  process.getBuiltinModule('node:fs').chmodSync(path, mode);
}
