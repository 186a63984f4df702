// The error for a number of libuv's.

/** An error like Node's own: the message `read ECONNRESET`, with `code`, `errno` and `syscall`. */
export function systemError(errno: number, syscall: string): Error {
  const code = systemErrorName(errno);
  return Object.assign(new Error(`${syscall} ${code}`), { errno, code, syscall });
}

/** The system's name for a number of libuv's: `ECONNRESET`. */
export function systemErrorName(errno: number): string {
  // Not imported: see descriptors.ts.
  return process.getBuiltinModule('node:util').getSystemErrorName(errno);
}
