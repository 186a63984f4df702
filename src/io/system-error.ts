// What libuv says by a number, as an error.

import { getSystemErrorName } from 'node:util';

/** An error as Node's own read: `read ECONNRESET`, with `code`, `errno` and `syscall`. */
export function systemError(errno: number, syscall: string): Error {
  const code = getSystemErrorName(errno);
  return Object.assign(new Error(`${syscall} ${code}`), { errno, code, syscall });
}
