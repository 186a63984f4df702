// A connection that a host serves: what it tells its host, and when it sends what the host writes.

import { expect, test } from 'vitest';
import type {
  Host,
  HostConnection,
  HostedAnswer,
  HostedExchange,
  HostWriter,
} from '../../../src/conn/host.js';
import { DEFAULT_LIMITS } from '../../../src/fsm/limits.js';
import { latin1 } from '../../../src/http/latin1.js';
import { ConnectionScene, observed } from '../../support/connection-scene.js';
import { get } from '../../support/test-server.js';

/** A host that notes what it is told, and answers when the test says so. */
class NotingHost implements Host, HostConnection {
  requiresHost = true;
  readonly told: string[] = [];
  readonly exchanges: HostedExchange[] = [];
  link!: HostWriter;
  /** What it does when a response has left. */
  onCompleted: () => void = () => undefined;

  connect(link: HostWriter): HostConnection {
    this.link = link;
    return this;
  }

  refused(): void {}

  hearsBytes = false;

  bytesCome(bytes: Uint8Array): void {
    this.told.push(`bytes ${latin1(bytes, 0, bytes.length)}`);
  }

  opened(): void {
    this.told.push('opened');
  }

  run(exchange: HostedExchange): void {
    this.told.push('run');
    this.exchanges.push(exchange);
    exchange.hosted = { completed: () => this.onCompleted(), aborted: () => undefined };
  }

  drained(): void {
    this.told.push('drained');
  }

  peerEnded(): void {
    this.told.push('peerEnded');
  }

  faulted(): boolean {
    this.told.push('faulted');
    return false;
  }

  connectionClosed(): void {
    this.told.push('closed');
  }

  /** Answers the request that came as the `index`th. */
  answer(index: number, text: string): void {
    const answer: HostedAnswer = {
      status: 200,
      closes: false,
      writeTo: (output) => {
        output.text(text);
        return text.length;
      },
    };
    this.link.answer(this.exchanges[index] as HostedExchange, answer, true);
  }

  took(): string[] {
    return this.told.splice(0);
  }
}

function hosted(): { scene: ConnectionScene; host: NotingHost } {
  const host = new NotingHost();
  return { scene: new ConnectionScene(undefined, {}, host), host };
}

test('tells a host of bytes that wants to hear of them, before they are read', async () => {
  const { scene, host } = hosted();
  await scene.send(get());
  host.answer(0, 'answer');
  host.took();
  host.hearsBytes = true;
  await scene.send(get());
  expect(host.took()).toEqual([`bytes ${get()}`, 'run']);
});

test('tells its host that it is open, and of each request', async () => {
  const { scene, host } = hosted();
  expect(host.took()).toEqual(['opened']);
  await scene.send(get());
  expect(host.took()).toEqual(['run']);
  host.answer(0, 'answer');
  expect(scene.written).toBe('answer');
});

test.each([
  [true, []],
  [false, ['run']],
])(
  'with a host that requires Host: %s, a request without one is told so: %j',
  async (requiresHost, told) => {
    const host = new NotingHost();
    host.requiresHost = requiresHost;
    const scene = new ConnectionScene(undefined, {}, host);
    host.took();
    await scene.send('GET / HTTP/1.1\r\n\r\n');
    expect(host.took().filter((what) => what === 'run')).toEqual(told);
  },
);

test('leaves an expectation that it does not know to its host, and refuses it without one', async () => {
  const expecting = get('/', 'Expect: something else\r\n');
  const { scene, host } = hosted();
  host.took();
  await scene.send(expecting);
  expect(host.took()).toEqual(['run']);
  const alone = new ConnectionScene();
  await alone.send(expecting);
  expect(alone.statuses).toEqual([417]);
});

test('tells its host of the peer’s FIN, and of a backlog that has gone', async () => {
  const { scene, host } = hosted();
  await scene.send(get());
  host.took();
  scene.line.unflushedBytes = 1;
  host.link.awaitsDrain = true;
  scene.connection.onFlushed(1);
  expect(host.took()).toEqual([]);
  scene.line.unflushedBytes = 0;
  scene.connection.onFlushed(2);
  expect(host.took()).toEqual(['drained']);
  scene.connection.onFin(3);
  expect(host.took()).toEqual(['peerEnded']);
});

test('goes on in the same wake-up with what its host writes when it is told', async () => {
  const { scene, host } = hosted();
  await scene.send(get());
  host.link.awaitsDrain = true;
  host.drained = () => host.answer(0, 'drained');
  scene.connection.onFlushed(1);
  expect(scene.written).toBe('drained');
});

test('sends in the same wake-up what its host writes when a response has left', async () => {
  const { scene, host } = hosted();
  scene.line.unflushedBytes = 1;
  await scene.send(get('/1') + get('/2'));
  host.answer(0, 'first');
  await scene.to(1);
  expect([scene.written, host.exchanges.length]).toEqual(['first', 2]);
  host.onCompleted = () => host.answer(1, 'second');
  scene.line.unflushedBytes = 0;
  scene.connection.onFlushed(2);
  expect(scene.written).toBe('second');
});

test('that has sent nothing in its time has made a fault', async () => {
  const { scene, host } = hosted();
  host.took();
  await scene.to(DEFAULT_LIMITS.keepAliveMs + 1);
  expect(host.took()).toContain('faulted');
  expect(scene.faults.map(({ code }) => code)).toEqual(['SLUICE_FAULT_HEAD_TIMEOUT']);
});

test('is kept for the longer time once it has had a request', async () => {
  const { scene, host } = hosted();
  expect(scene.connection.toldKeepAlive).toBe(false);
  await scene.send(get());
  host.answer(0, 'x');
  expect(scene.connection.toldKeepAlive).toBe(true);
  expect(scene.parts.clocks.keepAliveTold.first?.dueMs).toBe(DEFAULT_LIMITS.keepAliveMs + 1000);
});

test.each([
  ['with an observer', {}, [['completed', 1, 1, 101]]],
  ['with none', { observer: [] }, []],
])(
  'a tunnel whose head its host writes has the status of that head: %s',
  async (_how, options, told) => {
    const host = new NotingHost();
    const scene = new ConnectionScene(undefined, options, host);
    await scene.send(get());
    const sink = { onRead: () => undefined, onFlushed: () => undefined, onClose: () => undefined };
    const port = (host.exchanges[0] as HostedExchange).openTunnel(200, '', sink);
    const heads = ['HTTP/1.1 101 Switching Protocols\r\n\r\n', 'HTTP/1.1 404 Not Found\r\n\r\n'];
    for (const head of heads) port.write(head);
    expect(scene.written).toBe(heads.join(''));
    scene.connection.onReset(1, undefined);
    expect(observed(scene, 'completed')).toEqual(told);
  },
);
