// The error for a number of libuv's.

/**
 * An error like Node's own: the message `read ECONNRESET`, with `code`, `errno` and `syscall`. It has no stack: that would
 * show where Node has called back, and was most of what a connection cost that is reset.
 */
export function systemError(errno: number, syscall: string): Error {
  const code = systemErrorName(errno);
  const { stackTraceLimit } = Error;
  // Not assigned: an application may have frozen it.
  Reflect.set(Error, 'stackTraceLimit', 0);
  const error = new Error(`${syscall} ${code}`);
  Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  return Object.assign(error, { errno, code, syscall });
}

/** The system's name for a number of libuv's: `ECONNRESET`. */
export function systemErrorName(errno: number): string {
  // Not imported: see descriptors.ts.
  return process.getBuiltinModule('node:util').getSystemErrorName(errno);
}

/** libuv's number of ECONNRESET on this system. */
export function connectionReset(): number {
  const { getSystemErrorMap } = process.getBuiltinModule('node:util');
  // Boundary: every system has it.
  return [...getSystemErrorMap()].find(([, [name]]) => name === 'ECONNRESET')?.[0] as number;
}
