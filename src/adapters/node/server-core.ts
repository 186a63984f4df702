// What stands behind a Server of `sluice/node`: the sluice server that drives its connections, and what its
// messages are made of.

import { type Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Host, HostConnection, HostWriter } from '../../conn/host.js';
import { createHostServer, type Server as SluiceServer } from '../../server.js';
import { throwLater } from './host-calls.js';
import { NodeConnection } from './node-connection.js';
import { UNIQUE_HEADERS } from './node-internals.js';
import type { NodeSettings } from './options.js';
import type { MessageServer, ThrownExchange } from './ports.js';

export class ServerCore implements Host, MessageServer {
  readonly server: HttpServer;
  readonly IncomingMessage: new (
    socket: unknown,
  ) => IncomingMessage;
  readonly ServerResponse: new (
    request: IncomingMessage,
    options: object,
  ) => ServerResponse;
  /** The second argument of each ServerResponse. */
  readonly messageOptions: object;
  readonly highWaterMark: number;
  readonly joinDuplicateHeaders: boolean;
  readonly uniqueHeaders: unknown;
  readonly inner: SluiceServer;
  readonly #rethrows: boolean;

  constructor(server: HttpServer, settings: NodeSettings) {
    this.server = server;
    this.IncomingMessage = (settings.IncomingMessage ??
      IncomingMessage) as ServerCore['IncomingMessage'];
    this.ServerResponse = (settings.ServerResponse ??
      ServerResponse) as ServerCore['ServerResponse'];
    this.highWaterMark = settings.highWaterMark;
    this.messageOptions = {
      highWaterMark: settings.highWaterMark,
      rejectNonStandardBodyWrites: settings.rejectNonStandardBodyWrites,
    };
    this.joinDuplicateHeaders = settings.joinDuplicateHeaders;
    this.uniqueHeaders = (server as unknown as Record<symbol, unknown>)[UNIQUE_HEADERS] ?? null;
    this.#rethrows = settings.sluice.onError === undefined;
    const { limits } = settings.sluice;
    this.inner = createHostServer(this, {
      ...settings.sluice,
      limits: { bodyBytesMax: Number.MAX_SAFE_INTEGER, ...limits },
    });
  }

  connect(link: HostWriter): HostConnection {
    return new NodeConnection(this, link);
  }

  get keepAliveTimeout(): number {
    return this.server.keepAliveTimeout;
  }

  get maxRequestsPerSocket(): number {
    return this.server.maxRequestsPerSocket ?? 0;
  }

  get allowsHalfOpen(): boolean {
    return (this.server as { httpAllowHalfOpen?: boolean }).httpAllowHalfOpen === true;
  }

  /** A listener threw. */
  threw(error: unknown, exchange: ThrownExchange | undefined): void {
    if (this.#rethrows || exchange === undefined) {
      throwLater(error);
      return;
    }
    const { res } = exchange;
    exchange.exchange.report(error);
    if (res.headersSent) {
      res.destroy();
      return;
    }
    for (const name of res.getHeaderNames()) res.removeHeader(name);
    res.statusCode = 500;
    res.end('Internal Server Error\n');
  }
}
