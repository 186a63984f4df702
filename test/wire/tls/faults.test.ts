import { connect as connectPlain, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { reply } from '../../../src/index.js';
import { loopTurns, loopUntil } from '../../support/loop-turns.js';
import { RawClient } from '../../support/raw-client.js';
import { get, onTestEnd, type Served, serve } from '../../support/test-server.js';
import { ca, connectTls, pair, tlsClient } from '../../support/tls.js';

const tls = pair('local');
const open = { fetch: () => reply('x') };

/** What a client of TLS sends first. */
function clientHello(): Promise<Buffer> {
  return new Promise((resolve) => {
    const wire = new Duplex({
      read() {},
      write(bytes: Buffer, _encoding, done) {
        resolve(bytes);
        done();
      },
    });
    connect({ socket: wire, ca }).on('error', () => undefined);
  });
}

function plainSocket(port: number): Socket {
  const socket = connectPlain({ host: '127.0.0.1', port, allowHalfOpen: true });
  onTestEnd(() => socket.destroy());
  return socket.on('error', () => undefined).resume();
}

const opened = ({ server }: Served): number =>
  Object.values(server.stats().connections).reduce((sum, count) => sum + count, 0);

describe('a client that speaks plain HTTP to a port with TLS', () => {
  test.each([get(), 'GET / HT', '\r\n', 'post'])('is told so: %j', async (sent) => {
    const served = await serve(open, { tls });
    const client = await served.send(sent);
    const { status, text, closes } = await client.response();
    expect([status, closes]).toEqual([400, true]);
    expect(text).toContain('this port speaks TLS, so ask with https://');
    expect(await client.ended).toBe('fin');
    expect(served.faults).toMatchObject([
      { code: 'SLUICE_FAULT_PLAIN_ON_TLS', status: 400, remoteAddress: '127.0.0.1' },
    ]);
    expect(served.server.stats().started).toBe(0);
  });

  test('gets its answer however much it sends', async () => {
    const served = await serve(open, { tls });
    const client = await served.send(
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n`,
    );
    client.send('x'.repeat(300_000));
    expect((await client.response()).status).toBe(400);
  });
});

test('a client that speaks TLS to a plain port is told so, as far as it can read', async () => {
  const served = await serve(open);
  await expect(connectTls(served.port)).rejects.toMatchObject({
    code: 'ERR_SSL_WRONG_VERSION_NUMBER',
  });
  expect(served.faults).toMatchObject([{ code: 'SLUICE_FAULT_TLS_HANDSHAKE' }]);
});

describe('a handshake', () => {
  test('that never begins is no fault where the client leaves', async () => {
    const served = await serve(open, { tls });
    const client = await served.connect();
    expect(await client.finish().ended).toBe('fin');
    (await served.connect()).reset();
    // The door is open for the next one.
    expect((await (await tlsClient(served.port)).send(get()).response()).status).toBe(200);
    expect(served.faults).toEqual([]);
  });

  test.each(['silent', 'slow', 'begun'])('that is %s ends after handshakeMs', async (how) => {
    const served = await serve({ ...open, limits: { handshakeMs: 60 } }, { tls });
    const socket = plainSocket(served.port);
    const closed = new Promise((resolve) => socket.once('close', resolve).once('end', resolve));
    const hello = await clientHello();
    if (how === 'begun') socket.write(hello);
    // A byte of it now and then moves no deadline.
    let at = 0;
    const drip = setInterval(() => {
      if (how === 'slow' && at < hello.length) socket.write(hello.subarray(at, ++at));
    }, 10);
    onTestEnd(() => clearInterval(drip));
    await closed;
    expect(served.faults).toMatchObject([
      { code: 'SLUICE_FAULT_HANDSHAKE_TIMEOUT', status: 408, remoteAddress: '127.0.0.1' },
    ]);
  });

  test.each(['FIN', 'reset'])(
    'that waits for its place is over when its client leaves by %s',
    async (by) => {
      const served = await serve({ ...open, limits: { handshakesMax: 1 } }, { tls });
      const hello = await clientHello();
      const first = plainSocket(served.port);
      // Its answer is there: it has the place.
      await new Promise((resolve) => first.once('data', resolve).write(hello));
      const second = plainSocket(served.port);
      await new Promise((resolve) => second.write(hello, resolve));
      // A reset drops what the server has not read.
      await loopTurns(100);
      if (by === 'FIN') second.end();
      else second.resetAndDestroy();
      // Where sockets are used, it is told when it gets the place.
      const codes = () => served.faults.map(({ code }) => code);
      await expect.poll(codes, { timeout: 5000 }).toContain('SLUICE_FAULT_HANDSHAKE_FAILED');
    },
  );

  test('that is cut at any byte leaves nothing behind', async () => {
    const served = await serve(open, { tls });
    const hello = await clientHello();
    expect(hello.length).toBeGreaterThan(200);
    for (let cut = 1; cut < hello.length; cut++) {
      const socket = plainSocket(served.port);
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.write(hello.subarray(0, cut));
      if (cut % 3 === 0) socket.once('connect', () => setImmediate(() => socket.resetAndDestroy()));
      else socket.end();
      await closed;
    }
    await loopUntil(() => served.faults.length === hello.length - 1);
    expect(new Set(served.faults.map(({ code }) => code))).toEqual(
      new Set(['SLUICE_FAULT_HANDSHAKE_FAILED']),
    );
    expect(served.faults.every(({ remoteAddress }) => remoteAddress === '127.0.0.1')).toBe(true);
    expect((await (await tlsClient(served.port)).send(get()).response()).status).toBe(200);
    await served.server.close();
    expect(opened(served)).toBe(0);
  }, 60_000);

  test('takes no place before its client has said what it is', async () => {
    const served = await serve(open, { tls });
    for (const bytes of ['\x16', '\x16\x03\x01', '\0', '\x15\x03', '\x80\x2e\x01\x03\x03'])
      plainSocket(served.port).write(bytes, 'latin1');
    // They came before this one.
    const client = await tlsClient(served.port);
    await client.send(get()).response();
    expect(served.server.stats().handshakes).toBe(0);
  });

  test('that comes byte by byte succeeds', async () => {
    const served = await serve(open, { tls });
    const wire = plainSocket(served.port).pause();
    wire.setNoDelay(true);
    const bytewise = new Duplex({
      read() {
        wire.resume();
      },
      write(bytes: Buffer, _encoding, done) {
        for (const byte of bytes) wire.write(Uint8Array.of(byte));
        done();
      },
    });
    wire.on('data', (bytes) => bytewise.push(bytes));
    const socket = connect({ socket: bytewise, ca, servername: 'localhost' });
    onTestEnd(() => socket.destroy());
    const client = RawClient.on(socket as never);
    expect((await client.send(get()).response()).text).toBe('x');
    expect(served.faults).toEqual([]);
  });

  test('of rubbish fails', async () => {
    const served = await serve(open, { tls });
    for (const rubbish of [
      `\x16${'\xff'.repeat(500)}`,
      '\x80\x2e\x01\0\x02',
      '\x01',
      '\x16\x03\x01\0\0',
    ]) {
      const client = await served.send(rubbish);
      client.finish();
      await client.ended;
    }
    await loopUntil(() => served.faults.length === 4);
    expect(served.faults.every(({ code }) => code === 'SLUICE_FAULT_HANDSHAKE_FAILED')).toBe(true);
  });

  test('of a client that does not trust the certificate tells the alert', async () => {
    const served = await serve(open, { tls });
    await expect(connectTls(served.port, { ca: tls.cert })).rejects.toBeDefined();
    await loopUntil(() => served.faults.length === 1);
    expect(served.faults[0]?.alert).toMatch(/ALERT|ECONNRESET/);
  });

  test('can not be asked for again', async () => {
    const served = await serve(open, { tls });
    const client = await tlsClient(served.port, { maxVersion: 'TLSv1.2' });
    const socket = client.socket as import('node:tls').TLSSocket;
    const error = await new Promise<Error | null>((resolve) => {
      socket.renegotiate({}, resolve);
      socket.once('error', resolve);
    });
    expect(error).toMatchObject({ code: 'ERR_SSL_NO_RENEGOTIATION' });
  });
});

describe('an end without close_notify', () => {
  test('within content is an end too early, and no complete request', async () => {
    const seen: unknown[] = [];
    const served = await serve(
      {
        async fetch(request) {
          seen.push(await request.text().catch((error: { code: string }) => error.code));
          return reply('x');
        },
      },
      { tls },
    );
    for (const framing of ['Content-Length: 9', 'Transfer-Encoding: chunked']) {
      const wire = plainSocket(served.port).pause();
      const socket = connect({ socket: wire, ca, servername: 'localhost' });
      onTestEnd(() => socket.destroy());
      socket.on('error', () => undefined);
      await new Promise((resolve) => socket.once('secureConnect', resolve));
      await new Promise((resolve) => {
        socket.write(
          `POST / HTTP/1.1\r\nHost: a\r\n${framing}\r\n\r\n5\r\nhello\r\n`.slice(0, -2),
          resolve,
        );
      });
      // FIN of the wire, and no close_notify.
      wire.end();
      const before = served.faults.length;
      await loopUntil(() => served.faults.length > before);
    }
    expect(served.faults.map(({ code }) => code)).toEqual([
      'SLUICE_FAULT_BODY_TRUNCATED',
      'SLUICE_FAULT_BODY_TRUNCATED',
    ]);
    expect(seen.every((text) => /^SLUICE_/.test(String(text)))).toBe(true);
  });
});
