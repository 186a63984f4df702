// One connection of a server without sockets, on a line and in a time that the test moves.

import { Connection } from '../../src/conn/connection.js';
import type { FetchHandler } from '../../src/conn/handler/handler.js';
import type { Host } from '../../src/conn/host.js';
import { ServerParts } from '../../src/conn/server-parts.js';
import type { Transport } from '../../src/conn/transport.js';
import { type FaultReport, reply, type ServerOptions } from '../../src/index.js';
import { settingsFrom } from '../../src/server-options.js';
import { VirtualClock } from '../../src/testing/network/virtual-clock.js';
import { VirtualEnvironment } from '../../src/testing/network/virtual-environment.js';
import { RecordingTransport } from './recording-transport.js';

/** A handler that does not answer. */
export const never: FetchHandler = () => new Promise(() => {});

/** What the observer of a scene was told under a name. */
export const observed = (scene: ConnectionScene, name: string): unknown[][] =>
  scene.observed.filter(([told]) => told === name);

/** A line that remembers what was asked of it. */
export class SceneLine extends RecordingTransport {
  override unflushedBytes = 0;
  override retainedBytes = 0;
  override unreadBytes = 0;
  readonly calls: string[] = [];

  override write(bytes: Uint8Array | string): void {
    super.writeAll([bytes]);
  }

  override end(): void {
    this.calls.push('end');
  }

  override destroy(): void {
    this.calls.push('destroy');
  }

  override reset(): void {
    this.calls.push('reset');
  }
}

export class ConnectionScene {
  readonly clock = new VirtualClock();
  readonly environment = new VirtualEnvironment(this.clock);
  readonly line = new SceneLine();
  readonly faults: FaultReport[] = [];
  readonly errors: unknown[] = [];
  /** What an observer was told, but for transitions, in its main words. */
  readonly observed: unknown[][] = [];
  readonly parts: ServerParts;
  readonly connection: Connection;

  constructor(
    fetch: FetchHandler = () => reply('x'),
    options: Partial<ServerOptions> = {},
    host?: Host,
  ) {
    const note = (...words: unknown[]): void => void this.observed.push(words);
    const settings = settingsFrom({
      fetch,
      onFault: (fault) => this.faults.push(fault),
      onError: (error) => {
        this.errors.push(error);
      },
      observer: {
        connectionOpened: ({ connectionId }) => note('opened', connectionId),
        connectionClosed: ({ connectionId, state }) => note('closed', connectionId, state),
        requestStarted: ({ connectionId, requestId }) => note('started', connectionId, requestId),
        requestCompleted: ({ connectionId, requestId, status }) =>
          note('completed', connectionId, requestId, status),
        requestRefused: ({ connectionId, requestId, status, reason }) =>
          note('refused', connectionId, requestId, status, reason),
      },
      ...options,
    });
    this.parts = new ServerParts({ ...settings, host }, this.environment);
    this.connection = this.connect(this.line);
  }

  /** Another connection of the same server. */
  connect(line: Transport = new SceneLine()): Connection {
    return new Connection(this.parts, line, this.clock.now);
  }

  /** Bytes come, and what is due now is done. */
  async send(bytes: string): Promise<void> {
    this.come(bytes);
    await this.to(this.clock.now);
  }

  /** Bytes come. */
  come(bytes: string): void {
    this.connection.onBytes(Buffer.from(bytes, 'latin1'), this.clock.now);
  }

  /** Everything that is due until `ms` is done. */
  async to(ms: number): Promise<void> {
    await this.clock.runAsync({ until: ms });
  }

  get state(): string {
    return this.connection.life.name;
  }

  /** What was written since this was last asked. */
  get written(): string {
    return this.line.written.splice(0).join('');
  }

  /** The status codes of what was written since this was last asked. */
  get statuses(): number[] {
    return [...this.written.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
  }
}
