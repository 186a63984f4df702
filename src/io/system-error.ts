// What libuv says by a number, as an error.

/** An error as Node's own read: `read ECONNRESET`, with `code`, `errno` and `syscall`. */
export function systemError(errno: number, syscall: string): Error {
  const code = systemErrorName(errno);
  return Object.assign(new Error(`${syscall} ${code}`), { errno, code, syscall });
}

/** The system's word for a number of libuv's: `ECONNRESET`. */
export function systemErrorName(errno: number): string {
  // Not imported: see descriptors.ts.
  return process.getBuiltinModule('node:util').getSystemErrorName(errno);
}
