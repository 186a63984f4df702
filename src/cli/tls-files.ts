// The certificate of the command line: two files, read at the start and again at SIGHUP.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Server } from '../index.js';
import { CommandFailure, describe } from './failure.js';

/** The names of the files, as the user typed them. */
export interface TlsFiles {
  readonly key: string;
  readonly cert: string;
}

/** @throws CommandFailure with the name of the file that can't be read */
export function readTlsFiles({ key, cert }: TlsFiles, cwd: string): { key: string; cert: string } {
  return { key: contentOf('tls-key', key, cwd), cert: contentOf('tls-cert', cert, cwd) };
}

/** Reads the files again. Where something is wrong with them, the old certificate stays. @returns what to say */
export function reloadTlsFiles(server: Server, files: TlsFiles, cwd: string): Reloaded {
  try {
    server.setSecureContext(readTlsFiles(files, cwd));
    return {
      ok: true,
      line: `sluice: SIGHUP: new connections get the certificate in ${files.cert}`,
    };
  } catch (error) {
    const reason = error instanceof CommandFailure ? error.message : tlsReason(error, files);
    return { ok: false, line: `sluice: SIGHUP: the old certificate stays: ${reason}` };
  }
}

export interface Reloaded {
  readonly ok: boolean;
  readonly line: string;
}

/** An error of `listen` or `setSecureContext` about the content of the files. */
export function tlsReason(error: unknown, { key, cert }: TlsFiles): string {
  const reason = describe(error).replace(/^\w+: tls\.(key|cert): /, '--tls-$1: ');
  return `${reason}; the files are ${key} and ${cert}`;
}

function contentOf(flag: string, name: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, name), 'latin1');
  } catch (error) {
    throw new CommandFailure(`cannot read the file of --${flag}, '${name}': ${describe(error)}`);
  }
}
