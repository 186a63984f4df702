// A session that is resumed shows no certificate again. So it is resumed only where the same clients are let in, and the
// same certificates are shown. With `ticketKeys` that are known elsewhere, it may have begun elsewhere.

import { randomBytes } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { reply, type TlsOptions } from '../../../src/index.js';
import { get, serve } from '../../support/test-server.js';
import { ca, connectTls, pair } from '../../support/tls.js';

const local = pair('local');
const ticketKeys = randomBytes(48);
const withCertificate: TlsOptions = { ...local, ca, requestCert: true, ticketKeys };

const serving = async (tls: TlsOptions | readonly TlsOptions[]) =>
  serve(
    { fetch: (_request, context) => reply(String(context.clientCertificate?.authorized)) },
    { tls },
  );

/** A session that this client has begun there. */
async function sessionOf(port: number, options: ConnectionOptions): Promise<Buffer> {
  const socket = await connectTls(port, options);
  if (options.maxVersion === 'TLSv1.2') return socket.getSession() as Buffer;
  // TLS 1.3 sends it after the handshake.
  const session = new Promise<Buffer>((resolve) => socket.once('session', resolve));
  socket.write(get());
  socket.resume();
  return session;
}

/** Whether the session is resumed there; undefined where the client is refused. */
async function resumes(
  port: number,
  session: Buffer,
  options: ConnectionOptions,
): Promise<boolean | undefined> {
  const socket = await connectTls(port, { ...options, session }).catch(() => undefined);
  if (socket === undefined) return undefined;
  // Under TLS 1.3 the client hears only behind its handshake that it is refused.
  const isServed = new Promise<boolean>((resolve) => {
    socket.once('data', () => resolve(true));
    socket.once('end', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
  socket.write(get());
  return (await isServed) ? socket.isSessionReused() : undefined;
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('a session under %s', (version) => {
  const any: ConnectionOptions = {
    minVersion: version,
    maxVersion: version,
    checkServerIdentity: () => undefined,
  };
  const client = { ...any, ...pair('client') };

  test('is resumed by another server with the same keys and options', async () => {
    const first = await serving(withCertificate);
    const second = await serving({ ...withCertificate });
    const session = await sessionOf(first.port, client);
    expect(await resumes(second.port, session, client)).toBe(true);
  });

  test('is resumed under each name of a listener', async () => {
    const { port } = await serving([{ serverName: 'a.example', ...pair('a') }, local]);
    const session = await sessionOf(port, { ...any, servername: 'a.example' });
    expect(await resumes(port, session, { ...any, servername: 'a.example' })).toBe(true);
  });

  test('lets nobody in without the certificate that another listener asks for', async () => {
    const open = await serving({ ...local, ticketKeys });
    const closed = await serving(withCertificate);
    const session = await sessionOf(open.port, any);
    expect(await resumes(open.port, session, any)).toBe(true);
    expect(await resumes(closed.port, session, any)).toBe(undefined);
  });

  test('lets nobody in whose certificate is not accepted any more', async () => {
    const { port, server } = await serving(withCertificate);
    const session = await sessionOf(port, client);
    server.setSecureContext({ ...local, ca: pair('stranger').cert });
    expect(await resumes(port, session, client)).toBe(undefined);
  });

  test('is not resumed once another certificate is shown', async () => {
    const { port, server } = await serving({ ...local, ticketKeys });
    const session = await sessionOf(port, any);
    server.setSecureContext(pair('rsa'));
    expect(await resumes(port, session, any)).toBe(false);
  });

  test.each(['x', 'x'.repeat(33)])(
    'is resumed where its context is %s, and no other',
    async (sessionIdContext) => {
      const first = await serving({ ...local, ticketKeys, sessionIdContext });
      const same = await serving({ ...local, ticketKeys, sessionIdContext });
      const other = await serving({ ...local, ticketKeys, sessionIdContext: 'other' });
      const session = await sessionOf(first.port, any);
      expect(await resumes(same.port, session, any)).toBe(true);
      expect(await resumes(other.port, session, any)).toBe(false);
    },
  );
});
