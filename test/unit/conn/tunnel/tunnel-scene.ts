// A connection that was upgraded, moved by hand, and the sink of its tunnel.

import { expect } from 'vitest';
import type { TunnelPort, TunnelSink } from '../../../../src/http/tunnel/tunnel-port.js';
import { RequestContext, type ServerOptions } from '../../../../src/index.js';
import { ConnectionScene } from '../../../support/connection-scene.js';

export const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

export const HEAD = 'any head\r\n\r\n';

export class Tunnelled extends ConnectionScene implements TunnelSink {
  port!: TunnelPort;
  readonly heard: unknown[] = [];
  /** What the sink does when it hears of something. */
  does: (heard: string) => void = () => undefined;

  static async open(sent = '', options: Partial<ServerOptions> = {}): Promise<Tunnelled> {
    const scene: Tunnelled = new Tunnelled((_request, context) => {
      scene.port = RequestContext.openTunnel(context, 101, HEAD, scene);
    }, options);
    await scene.send(GET + sent);
    expect(scene.written).toBe(HEAD);
    return scene;
  }

  onRead(bytes: Uint8Array | undefined): void {
    this.#hear(bytes === undefined ? 'end' : Buffer.from(bytes).toString('latin1'));
  }

  onFlushed(): void {
    this.#hear('flushed');
  }

  onClose(error: unknown): void {
    this.#hear(error === undefined ? 'closed' : `cut: ${(error as { reason?: string }).reason}`);
  }

  fin(): void {
    this.connection.onFin(this.clock.now);
  }

  lookAgain(): void {
    this.connection.lookAgain(this.clock.now);
  }

  reset(): void {
    this.connection.onReset(this.clock.now, undefined);
  }

  read(): string | undefined | null {
    const bytes = this.port.read();
    return bytes && Buffer.from(bytes).toString('latin1');
  }

  #hear(what: string): void {
    this.heard.push(what);
    this.does(what);
  }
}
