// The file of a Unix domain socket. A process that was killed leaves its file behind, and the file keeps the next
// one from listening.

import { createConnection } from 'node:net';

/** What there is at a path. */
export interface SocketFile {
  /** Somebody listens, nobody does any more, or it is no socket; unknown: we may not know. */
  readonly kind: 'live' | 'stale' | 'other' | 'unknown';
  /** Tells this file from one that takes its place; empty where there is none. */
  readonly mark: string;
}

/** Finds out by a connect, which is closed at once. */
export async function lookAtSocketFile(path: string): Promise<SocketFile> {
  const file = fileAt(path);
  if (file === undefined) return { kind: 'unknown', mark: '' };
  const { isSocket, mark } = file;
  return { kind: isSocket ? await kindOfSocket(path) : 'other', mark };
}

async function kindOfSocket(path: string): Promise<SocketFile['kind']> {
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

/**
 * Removes the file of a socket on which nobody listens, if it is still there.
 *
 * @returns false where another one has taken its place since it was looked at: somebody else was sooner, and listens
 */
export function removeSocketFile(path: string, { mark }: SocketFile): boolean {
  const file = fileAt(path);
  if (file === undefined) return true;
  if (file.mark !== mark) return false;
  process.getBuiltinModule('node:fs').unlinkSync(path);
  return true;
}

/**
 * Removes the file of a socket on which nobody listens. Leaves every other one.
 *
 * @throws the system's error where it may not be removed
 */
export async function removeDeadSocket(path: string): Promise<void> {
  const found = await lookAtSocketFile(path);
  if (found.kind === 'stale') removeSocketFile(path, found);
}

function fileAt(path: string): { readonly isSocket: boolean; readonly mark: string } | undefined {
  try {
    const file = process.getBuiltinModule('node:fs').lstatSync(path, { bigint: true });
    // The number of a file that was removed may be given to the next one.
    return { isSocket: file.isSocket(), mark: `${file.dev} ${file.ino} ${file.ctimeNs}` };
  } catch {
    return undefined;
  }
}

/** Whether there is no folder in which the file could be. */
export function isFolderMissing(path: string): boolean {
  try {
    const folder = process.getBuiltinModule('node:path').dirname(path);
    process.getBuiltinModule('node:fs').statSync(folder);
    return false;
  } catch (error) {
    return (error as { code?: unknown }).code === 'ENOENT';
  }
}

/**
 * The path of a Unix domain socket that somebody else has made, as Linux tells it; empty where nobody does. An abstract one
 * begins with NUL.
 */
export function pathOfSocket(fd: number): string {
  const { readFileSync, readlinkSync } = process.getBuiltinModule('node:fs');
  try {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`)) ?? [];
    // `Num RefCount Protocol Flags Type St Inode Path`
    const row = new RegExp(`^(?:\\S+ +){6}${inode} (.+)$`, 'm');
    const path = row.exec(readFileSync('/proc/net/unix', 'utf8'))?.[1] ?? '';
    return path.replace(/^@/, '\0');
  } catch {
    return '';
  }
}

/** @param mode as in chmod */
export function setSocketMode(path: string, mode: number): void {
  process.getBuiltinModule('node:fs').chmodSync(path, mode);
}
