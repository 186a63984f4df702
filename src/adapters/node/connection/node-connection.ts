// One connection and its messages, one after the other. It hears of the connection, and has for hosts a facade of
// a socket, which is made at the first request.

import type { Scope } from '../../../conn/environment.js';
import type { FaultPlace } from '../../../conn/fault/fault-report.js';
import type { AbortReason } from '../../../conn/handler/abort.js';
import type { HostConnection, HostedExchange, HostWriter } from '../../../conn/host.js';
import { Fault, type FaultId, faultRow } from '../../../fsm/faults.js';
import { TARGET_FORMS } from '../../../fsm/parse/head.js';
import { emitSafely, nodeError, resetByPeer, throwLater } from '../host-calls.js';
import { NodeExchange } from '../message/node-exchange.js';
import type { InnerResponse } from '../node-internals.js';
import type { MessageServer, SocketOwner, WritingExchange } from '../ports.js';
import { FacadeSocket } from '../socket/facade-socket.js';
import { showMembers } from '../socket/given-members.js';
import { bytesTeller, hearsBytes } from '../socket/socket-watchers.js';
import { withTlsKind } from '../socket/tls-members.js';
import { upgrade } from '../upgrade/upgrade.js';
import { bareAnswer } from './bare-answer.js';
import { clientError } from './client-error.js';

const SecureFacadeSocket: typeof FacadeSocket = withTlsKind(FacadeSocket);

/** The form of a CONNECT's target. */
const AUTHORITY = TARGET_FORMS.indexOf('authority');

export class NodeConnection implements HostConnection, SocketOwner {
  readonly core: MessageServer;
  readonly link: HostWriter;
  /** The last request that was begun. */
  current: NodeExchange | undefined = undefined;
  /** So many were begun. */
  requests = 0;
  /** Those before it whose responses have not left. */
  #leaving: NodeExchange[] | undefined = undefined;
  #socket: FacadeSocket | undefined = undefined;
  /** Somebody has opened it elsewhere, and has told the server's listeners. */
  readonly #given: object | undefined;
  readonly scope: Scope;
  #hasToldServer = false;
  /** It was closed when the peer's FIN came, before its socket could tell of that. */
  #endsReading = false;

  constructor(core: MessageServer, link: HostWriter, given: object | undefined) {
    this.core = core;
    this.link = link;
    this.#given = given;
    this.scope = given === undefined ? core.scope : core.scopeOfNow();
  }

  get socket(): FacadeSocket {
    this.#socket ??= this.#newSocket();
    return this.#socket;
  }

  #newSocket(): FacadeSocket {
    const socket = this.link.transport.encrypted
      ? new SecureFacadeSocket(this)
      : new FacadeSocket(this);
    if (this.#given !== undefined) showMembers(this.#given, socket);
    return socket;
  }

  opened(): void {
    const { core, link } = this;
    if (core.timeout > 0) this.socket.setTimeout(core.timeout);
    if (this.#given !== undefined) return;
    const name = link.transport.encrypted ? 'secureConnection' : 'connection';
    if (core.hearsOf(name)) this.scope.run(emitSafely, undefined, core.server, name, this.socket);
  }

  run(exchange: HostedExchange): void {
    this.requests++;
    const previous = this.current;
    if (previous !== undefined && !previous.settled) {
      previous.detach();
      this.#leaving ??= [];
      // The first leave first.
      while (this.#leaving[0]?.settled === true) this.#leaving.shift();
      this.#leaving.push(previous);
    }
    const isSpecial = exchange.head.upgrade || exchange.head.targetForm === AUTHORITY;
    if (isSpecial && this.#upgrade(exchange)) return;
    this.socket.beginMessage();
    let current: NodeExchange | undefined;
    try {
      current = new NodeExchange(this.core, this, exchange);
      this.current = current;
      current.scope = this.scope.begin(current.begin, current);
    } catch (error) {
      this.core.threw(error, current, this.link.errorPage);
    }
  }

  #upgrade(exchange: HostedExchange): boolean {
    return this.scope.run(upgrade, undefined, this.core, this.link, exchange, this.socket);
  }

  get hearsBytes(): boolean {
    return this.#socket !== undefined && hearsBytes(this.#socket._events);
  }

  bytesCome(bytes: Uint8Array): void {
    // The server's own reading comes first. Its memory is another's then.
    process.nextTick(tellBytes, this, bytesTeller(this.socket), Buffer.from(bytes));
  }

  drained(): void {
    const { current } = this;
    if (current === undefined) return;
    if (this.link.calls > 0) process.nextTick(tellDrained, current);
    else current.drained();
  }

  peerEnded(): void {
    this.#afterContent(() => this.scope.run(this.#peerEnded, this));
  }

  /**
   * Under node:http, a socket tells of its end in a later turn than its bytes. A request that was begun in this turn
   * is told the content that has come, and its end: an error in their place would end many an application.
   */
  #afterContent(what: () => void): void {
    if (this.current?.awaitsEnd === true) this.link.createTurn(what).arm();
    else what();
  }

  #peerEnded(): void {
    if (this.#socket?.destroyed === true || this.#socket?.isReplaced === true) return;
    // The end of a message that it cuts off has told it.
    if (this.#socket?.readable === true) this.#socket.endReading();
    const { current } = this;
    const isAnswered = current === undefined || current.settled || current.isAnswered;
    if (this.core.allowsHalfOpen) this.#pullRest();
    // Who was told of a fault, and has not answered it, has nobody to answer.
    else if (this.link.answersFault) this.link.endRaw();
    else if (!isAnswered && current.isLeft) this.link.destroy(current.isDelimited);
    else if (!isAnswered) this.link.cut('peerEnded');
    else this.#pullRest();
  }

  /** A request asks no socket that has ended: it gets what has come before. */
  #pullRest(): void {
    try {
      this.current?.pull(true);
    } catch (error) {
      throwLater(error);
    }
  }

  faulted(fault: FaultId, place: FaultPlace | undefined, answerable: boolean): boolean {
    const { server } = this.core;
    if (server.listenerCount('clientError') === 0) {
      const isMine = answerable && !this.core.hasErrorPages;
      if (isMine) this.#refuse(fault);
      this.#tellFault(fault, place, answerable);
      return isMine;
    }
    if (!answerable && this.current !== undefined) this.current.isLeft = true;
    const { socket } = this;
    // A message was cut off by the end that the socket is about to tell.
    const isCutOff = fault === Fault.headTruncated || fault === Fault.bodyTruncated;
    const isEnd = socket.readable && isCutOff;
    if (isEnd) socket.readable = false;
    this.tellServer(clientError(fault, place, answerable));
    if (isEnd) socket.endReading();
    return true;
  }

  tellServer(error: Error): void {
    if (this.#hasToldServer) return;
    this.#hasToldServer = true;
    const { server } = this.core;
    this.scope.run(emitSafely, undefined, server, 'clientError', error, this.socket);
  }

  connectionClosed(reason: AbortReason): void {
    if (this.#socket?.isReplaced === true) return;
    const isReset = reason === 'peerReset' && this.core.server.listenerCount('clientError') > 0;
    if (this.#socket === undefined && !isReset) return;
    this.#afterContent(() => {
      const { socket } = this;
      this.#endsReading = this.link.peerEnded && socket.readable;
      socket.close();
      // Whoever ends it by a call may listen for its end a little later.
      if (this.link.calls > 0) this.link.createTurn(() => tellClosed(this, reason)).arm();
      else process.nextTick(tellClosed, this, reason);
    });
  }

  /** Bytes that belong to no message. */
  writeRaw(bytes: Uint8Array): boolean {
    if (!this.link.takesRaw) return this.current?.writeRaw(bytes) === true;
    this.link.raw(bytes);
    return true;
  }

  /** As a socket of node:http does it: whoever listens decides, and else the connection ends. */
  timedOut(): void {
    const { socket, current } = this;
    emitSafely(socket, 'timeout');
    const isRunning = current !== undefined && !current.settled;
    const isHeard = [
      isRunning && !current.req.complete && emitSafely(current.req, 'timeout', socket),
      isRunning && emitSafely(current.res, 'timeout', socket),
      emitSafely(this.core.server, 'timeout', socket),
    ];
    if (!isHeard.includes(true) && !socket.isResting) socket.destroy();
  }

  /** The host has written all that it wants to. */
  endRaw(): void {
    const { link, current } = this;
    if (link.answersFault) {
      link.endRaw();
      return;
    }
    if (current !== undefined && !current.settled) {
      current.endRaw();
      return;
    }
    link.endAfter();
    // A head that has begun would be waited for.
    if (link.takesRaw && link.backlogBytes === 0) link.destroy(true);
  }

  /** Answers as node:http does, in the fewest bytes. */
  #refuse(fault: FaultId): void {
    this.link.raw(Buffer.from(bareAnswer(faultRow(fault).status)));
    this.link.endRaw();
  }

  /** Where no server's listener hears of it, the socket's do: also those of one that was opened elsewhere. */
  #tellFault(fault: FaultId, place: FaultPlace | undefined, answerable: boolean): void {
    const socket = this.#socket;
    const isHeard = socket !== undefined && socket.listenerCount('error') > 0;
    if (!isHeard && this.#given === undefined) return;
    const error = clientError(fault, place, answerable);
    if (isHeard) emitSafely(socket, 'error', error);
    // Once the answer has left: whoever hears of it may destroy the stream.
    if (this.#given !== undefined) process.nextTick(tellStream, this, error);
  }

  /** A response has ended. */
  finished(response: InnerResponse): void {
    if (this.current?.res === response) this.current.ended();
  }

  forget(exchange: WritingExchange): void {
    if (this.current !== exchange) return;
    this.current = undefined;
    // Those before it have left before it.
    this.#leaving = undefined;
  }

  /** @internal */
  tellClosed(reason: AbortReason): void {
    if (reason === 'peerReset') this.#tellReset();
    else if (this.#endsReading) this.socket.endReading();
    const error = nodeError('ECONNRESET', 'aborted');
    const leaving = this.#leaving ?? [];
    this.#leaving = undefined;
    for (const exchange of leaving) exchange.fail(error);
    this.current?.fail(error);
    const { socket } = this;
    emitSafely(socket, 'close', reason === 'peerReset' || socket.errored !== null);
  }

  #tellReset(): void {
    const error = resetByPeer();
    this.tellServer(error);
    if (this.socket.listenerCount('error') > 0) emitSafely(this.socket, 'error', error);
  }
}

function tellStream({ scope, link: { transport } }: NodeConnection, error: Error): void {
  if (transport.tellStream !== undefined) scope.run(transport.tellStream, transport, error);
}

function tellBytes(
  { scope }: NodeConnection,
  tell: (bytes: Uint8Array) => void,
  bytes: Buffer,
): void {
  scope.run(tell, undefined, bytes);
}

function tellDrained(exchange: NodeExchange): void {
  exchange.drained();
}

function tellClosed(connection: NodeConnection, reason: AbortReason): void {
  connection.scope.run(connection.tellClosed, connection, reason);
}
