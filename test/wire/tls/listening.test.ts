import { createSecureContext } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { reply } from '../../../src/index.js';
import { get, post, serve } from '../../support/test-server.js';
import { ca, connectTls, lockedKey, pair, pfx, shownName, tlsClient } from '../../support/tls.js';

const local = pair('local');

describe('a request under TLS', () => {
  test('is answered, and knows that it came under TLS', async () => {
    const { port } = await serve(
      {
        fetch: (request, { encrypted, serverName, clientCertificate, remoteAddress }) =>
          reply.json({
            url: request.url,
            encrypted,
            serverName,
            clientCertificate: clientCertificate ?? null,
            remoteAddress,
          }),
      },
      { tls: local },
    );
    const client = await tlsClient(port, { servername: 'localhost' });
    const { status, text } = await client.send(get('/x')).response();
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      url: 'https://a/x',
      encrypted: true,
      serverName: 'localhost',
      clientCertificate: null,
      remoteAddress: '127.0.0.1',
    });
  });

  test('of a client that asks for no name has none', async () => {
    const { port } = await serve(
      { fetch: (_request, { serverName }) => reply(String(serverName)) },
      { tls: local },
    );
    const client = await tlsClient(port);
    expect((await client.send(get()).response()).text).toBe('undefined');
  });

  test('may be one of many on its connection, pipelined or not', async () => {
    const { port } = await serve(
      { fetch: async (request) => reply(`${request.method} ${await request.text()}`) },
      { tls: local },
    );
    const client = await tlsClient(port);
    client.send(get().repeat(20) + post('five!'));
    const texts = (await client.responses(21)).map(({ text }) => text);
    expect(texts).toEqual([...Array.from({ length: 20 }, () => 'GET '), 'POST five!']);
    expect((await client.send(get()).response()).status).toBe(200);
  });

  test('and its response are whole at any length', async () => {
    const { port } = await serve(
      {
        fetch: async (request) => reply(new Uint8Array(await request.arrayBuffer())),
        limits: { bodyBytesMax: 3_000_000 },
      },
      { tls: local },
    );
    const client = await tlsClient(port);
    for (const length of [16_383, 16_384, 16_385, 70_000, 2_500_000]) {
      const content = Buffer.from(Uint8Array.from({ length }, (_, i) => i % 251)).toString(
        'latin1',
      );
      const { body } = await client.send(post(content)).response();
      expect(body.equals(Buffer.from(content, 'latin1'))).toBe(true);
    }
  });
});

describe('what is agreed', () => {
  test.each([
    [['h2', 'http/1.1'], 'http/1.1'],
    [['http/1.0'], 'http/1.0'],
    [[], false],
  ])('of the protocols %s is %s', async (ALPNProtocols, agreed) => {
    const { port } = await serve({ fetch: () => reply() }, { tls: local });
    expect((await connectTls(port, { ALPNProtocols })).alpnProtocol).toBe(agreed);
  });

  test('is nothing with a client that speaks HTTP/2 alone', async () => {
    const { port, faults } = await serve({ fetch: () => reply() }, { tls: local });
    await expect(connectTls(port, { ALPNProtocols: ['h2'] })).rejects.toMatchObject({
      code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
    });
    await expect.poll(() => faults.length).toBe(1);
    expect(faults[0]).toMatchObject({
      code: 'SLUICE_FAULT_HANDSHAKE_FAILED',
      remoteAddress: '127.0.0.1',
      connectionId: 0,
      state: 'handshake',
      alert: expect.stringMatching(/^ERR_SSL_/),
    });
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('may be %s', async (version) => {
    const { port } = await serve({ fetch: () => reply('x') }, { tls: local });
    const client = await tlsClient(port, { minVersion: version, maxVersion: version });
    expect((await client.send(get()).response()).text).toBe('x');
  });

  test('is not less than TLS 1.2, nor less than what was asked for', async () => {
    const { port, faults } = await serve({ fetch: () => reply() }, { tls: local });
    const old = {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    } as const;
    await expect(connectTls(port, old)).rejects.toMatchObject({
      code: expect.stringMatching(/PROTOCOL_VERSION/),
    });
    await expect.poll(() => faults[0]?.alert).toBe('ERR_SSL_UNSUPPORTED_PROTOCOL');
    const { port: newer } = await serve(
      { fetch: () => reply() },
      { tls: { ...local, minVersion: 'TLSv1.3' } },
    );
    await expect(connectTls(newer, { maxVersion: 'TLSv1.2' })).rejects.toBeDefined();
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('is resumed under %s', async (version) => {
    const { port } = await serve({ fetch: () => reply('x') }, { tls: local });
    const versions = { minVersion: version, maxVersion: version };
    const first = await connectTls(port, versions);
    // TLS 1.3 sends it after the handshake.
    const later = new Promise<Buffer>((resolve) => first.once('session', resolve));
    first.write(get());
    first.resume();
    const session = version === 'TLSv1.2' ? first.getSession() : await later;
    const second = await connectTls(port, { ...versions, session });
    expect([first.isSessionReused(), second.isSessionReused()]).toEqual([false, true]);
  });
});

describe('the certificate', () => {
  const open = { fetch: () => reply('x') };

  test('is chosen by the name that the client asks for, whatever its case', async () => {
    const { port } = await serve(open, {
      tls: [
        { serverName: 'A.example', ...pair('a') },
        { serverName: '*.b.example', ...pair('wild') },
        local,
      ],
    });
    const names = ['a.example', 'a.EXAMPLE', 'x.b.example', 'b.example', 'y.x.b.example', 'other'];
    const shown = [];
    for (const servername of names) shown.push(await shownName(port, { servername }));
    expect(shown).toEqual([
      ...['a.example', 'a.example', '*.b.example', 'localhost', 'localhost', 'localhost'],
    ]);
    expect(await shownName(port)).toBe('localhost');
  });

  test('is the first one where none is without a name', async () => {
    const { port } = await serve(open, {
      tls: [
        { serverName: '*.b.example', ...pair('wild') },
        { serverName: 'a.example', ...pair('a') },
      ],
    });
    expect(await shownName(port)).toBe('*.b.example');
    expect(await shownName(port, { servername: 'a.example' })).toBe('a.example');
  });

  test('is that of a whole name before one for all names of its domain', async () => {
    const { port } = await serve(open, {
      tls: [
        { serverName: 'a.b.example', ...pair('a') },
        { serverName: '*.b.example', ...pair('wild') },
      ],
    });
    expect(await shownName(port, { servername: 'a.b.example' })).toBe('a.example');
    expect(await shownName(port, { servername: 'c.b.example' })).toBe('*.b.example');
  });

  test('is chosen by SNICallback, where there is one', async () => {
    const context = createSecureContext(pair('a'));
    const { port } = await serve(open, {
      tls: {
        ...local,
        SNICallback: (name, callback) => callback(null, name === 'a.example' ? context : undefined),
      },
    });
    expect(await shownName(port, { servername: 'a.example' })).toBe('a.example');
    expect(await shownName(port, { servername: 'localhost' })).toBe('localhost');
  });

  test('may be encrypted, in PKCS #12, or one of several', async () => {
    for (const tls of [
      { key: lockedKey, passphrase: 'open', cert: local.cert },
      { pfx, passphrase: 'open' },
      { key: [{ pem: lockedKey, passphrase: 'open' }], cert: [local.cert] },
      { key: [local.key, pair('rsa').key], cert: [local.cert, pair('rsa').cert] },
      { key: String(local.key), cert: new Uint8Array(local.cert) },
    ]) {
      const { port } = await serve(open, { tls });
      expect(await shownName(port)).toBe('localhost');
    }
  });

  test('is another after setSecureContext, for new connections', async () => {
    const { port, server } = await serve(open, { tls: local });
    const before = await tlsClient(port);
    server.setSecureContext(pair('a'));
    expect(await shownName(port)).toBe('a.example');
    expect((await before.send(get()).response()).text).toBe('x');
    server.setSecureContext([{ serverName: 'x.b.example', ...pair('wild') }, pair('rsa')]);
    expect(await shownName(port, { servername: 'x.b.example' })).toBe('*.b.example');
    expect(await shownName(port, { servername: 'a.example' })).toBe('localhost');
  });

  test('is another after setSecureContext while the server announces that it closes', async () => {
    const { port, server } = await serve(open, { tls: local });
    const closed = server.close({ readinessDelayMs: 60_000 });
    server.setSecureContext(pair('a'));
    expect(await shownName(port)).toBe('a.example');
    await server.close({ graceMs: 0, readinessDelayMs: 0 });
    await closed;
    expect(() => server.setSecureContext(local)).toThrow(/no listener has tls/);
  });

  test('stays where what setSecureContext is given does not fit', async () => {
    const { port, server } = await serve(open, { tls: local });
    const wrong = { key: pair('a').key, cert: local.cert };
    expect(() => server.setSecureContext(wrong)).toThrow(/^key: it does not belong to cert/);
    expect(() => server.setSecureContext({ ...local, ciphers: 'x' } as never)).toThrow(
      /^ciphers: unknown option/,
    );
    expect(await shownName(port)).toBe('localhost');
  });

  test('can not be set where no listener has TLS', async () => {
    const { server } = await serve(open);
    expect(() => server.setSecureContext(local)).toThrow(/no listener has tls/);
  });
});

describe('a client certificate', () => {
  const fetch = (
    _request: Request,
    { clientCertificate: shown }: { clientCertificate?: unknown },
  ) => reply.json(shown ?? null);
  const requestCert = true;

  test('that is verified is shown to the handler', async () => {
    const { port } = await serve({ fetch }, { tls: { ...local, ca, requestCert } });
    const client = await tlsClient(port, pair('client'));
    const shown = JSON.parse((await client.send(get()).response()).text);
    expect(shown).toMatchObject({
      authorized: true,
      subject: { CN: 'client', O: 'sluice tests' },
      issuer: { CN: 'sluice test authority' },
      subjectaltname: 'DNS:client.example',
      serialNumber: '05',
    });
    expect(shown.authorizationError).toBeUndefined();
  });

  test.each([
    ['that is missing', {}, /PEER_DID_NOT_RETURN_A_CERTIFICATE|UNABLE_TO_GET_ISSUER_CERT/],
    ['of a stranger', pair('stranger'), /SELF_SIGNED_CERT/],
  ])('%s is refused', async (_which, own, alert) => {
    const { port, faults } = await serve({ fetch }, { tls: { ...local, ca, requestCert } });
    await connectTls(port, own).catch(() => undefined);
    await expect.poll(() => faults.length).toBe(1);
    expect(faults[0]).toMatchObject({ code: 'SLUICE_FAULT_HANDSHAKE_FAILED' });
    expect(faults[0]?.alert).toMatch(alert);
  });

  test('of a stranger is told as unverified, where strangers are let in', async () => {
    const tls = { ...local, ca, requestCert, rejectUnauthorized: false };
    const { port } = await serve({ fetch }, { tls });
    const stranger = await tlsClient(port, pair('stranger'));
    expect(JSON.parse((await stranger.send(get()).response()).text)).toMatchObject({
      authorized: false,
      authorizationError: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      subject: { CN: 'stranger' },
    });
    const nobody = await tlsClient(port);
    expect((await nobody.send(get()).response()).text).toBe('null');
  });
});
