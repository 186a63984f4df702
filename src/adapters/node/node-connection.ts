// One connection and its messages, one after the other. It hears of the connection, and has for hosts a facade of
// a socket, which is made at the first request.

import type { AbortReason } from '../../conn/abort.js';
import type { FaultPlace } from '../../conn/fault-report.js';
import type { HostConnection, HostedExchange, HostWriter } from '../../conn/host.js';
import type { FaultId } from '../../fsm/faults.js';
import { FacadeSocket } from './facade-socket.js';
import { emitSafely, nodeError } from './host-calls.js';
import { NodeExchange } from './node-exchange.js';
import type { InnerResponse } from './node-internals.js';
import type { MessageServer, SocketOwner } from './ports.js';

export class NodeConnection implements HostConnection, SocketOwner {
  readonly core: MessageServer;
  readonly link: HostWriter;
  /** The last request that was begun. */
  current: NodeExchange | undefined = undefined;
  /** Those before it whose responses have not left. */
  #leaving: NodeExchange[] | undefined = undefined;
  #socket: FacadeSocket | undefined = undefined;

  constructor(core: MessageServer, link: HostWriter) {
    this.core = core;
    this.link = link;
  }

  get socket(): FacadeSocket {
    this.#socket ??= new FacadeSocket(this);
    return this.#socket;
  }

  run(exchange: HostedExchange): void {
    const previous = this.current;
    if (previous !== undefined && !previous.settled) {
      previous.detach();
      this.#leaving ??= [];
      this.#leaving.push(previous);
    }
    this.socket.beginMessage();
    let current: NodeExchange | undefined;
    try {
      current = new NodeExchange(this.core, this, exchange);
      this.current = current;
      current.begin();
    } catch (error) {
      this.core.threw(error, current);
    }
  }

  drained(): void {
    const { current } = this;
    if (current === undefined) return;
    if (this.link.calls > 0) process.nextTick(tellDrained, current);
    else current.drained();
  }

  peerEnded(): void {
    this.#socket?.endReading();
    const { current } = this;
    const isAnswered = current === undefined || current.settled;
    if (!isAnswered && !this.core.allowsHalfOpen) this.link.cut('peerEnded');
  }

  faulted(_fault: FaultId, _place: FaultPlace | undefined): boolean {
    return false;
  }

  connectionClosed(_reason: AbortReason): void {
    if (this.#socket === undefined) return;
    this.#socket.close();
    process.nextTick(tellClosed, this);
  }

  /** A response has ended. */
  finished(response: InnerResponse): void {
    if (this.current?.res === response) this.current.finish();
  }

  /** @internal */
  tellClosed(): void {
    const error = nodeError('ECONNRESET', 'aborted');
    const leaving = this.#leaving ?? [];
    this.#leaving = undefined;
    for (const exchange of leaving) exchange.fail(error);
    this.current?.fail(error);
    emitSafely(this.socket, 'close', false);
  }
}

function tellDrained(exchange: NodeExchange): void {
  exchange.drained();
}

function tellClosed(connection: NodeConnection): void {
  connection.tellClosed();
}
