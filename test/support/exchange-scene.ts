// An exchange whose connection, conversation and server note what they are asked. Its head is parsed.

import { expect } from 'vitest';
import {
  Exchange,
  type ExchangeConnection,
  type ExchangeConversation,
} from '../../src/conn/exchange.js';
import { ErrorPages } from '../../src/conn/fault/error-pages.js';
import { Peer } from '../../src/conn/handler/peer.js';
import { HeadText } from '../../src/conn/read/head-text.js';
import type { ServerParts } from '../../src/conn/server-parts.js';
import type { Transport } from '../../src/conn/transport.js';
import { DEFAULT_LIMITS } from '../../src/fsm/limits.js';
import { READ_HEAD, RequestReader } from '../../src/fsm/parse/request-reader.js';
import { reply } from '../../src/http/reply/reply.js';

export const GET = 'GET /a HTTP/1.1\r\nHost: b\r\n\r\n';
export const post = (length: number, more = ''): string =>
  `POST / HTTP/1.1\r\nHost: b\r\n${more}Content-Length: ${length}\r\n\r\n`;

export class ExchangeScene {
  readonly done: unknown[][] = [];
  readonly held: number[] = [];
  now = 10;
  wallNow = 1_000_000;
  learns = true;
  gone = false;
  pulled: Uint8Array | undefined | null = null;
  tunnel: object | undefined = undefined;
  handler: (...values: unknown[]) => unknown = () => reply('x');
  readonly transport = {
    encrypted: false,
    remote: { address: '10.0.0.1', port: 1 },
    local: { address: '10.0.0.2', port: 80 },
  };
  readonly exchange: Exchange;
  readonly connection: {
    id: number;
    transport: unknown;
    peer: unknown;
    exchange: unknown;
    countHeld(): void;
  };

  constructor(message = GET) {
    const bytes = Buffer.from(message, 'latin1');
    const reader = new RequestReader(DEFAULT_LIMITS);
    expect(reader.read(bytes, 0, bytes.length)).toBe(READ_HEAD);
    const headText = new HeadText();
    headText.decode(reader.head, bytes.length);
    const note =
      (name: string, result?: () => unknown) =>
      (...values: unknown[]): unknown => {
        this.done.push([name, ...values.filter((value) => value !== this.exchange)]);
        return result?.();
      };
    const conversation = {
      admitted: note('admitted'),
      refused: note('refused'),
      gone: note('gone'),
      isGone: () => this.gone,
      handlerEnded: note('handlerEnded'),
      sendInformational: note('sendInformational'),
      refuseContent: note('refuseContent'),
      pullContent: () => this.pulled,
      contentIsAwaited: note('contentIsAwaited'),
      tunnelOf: () => this.tunnel,
      upgrade: note('upgrade', () => this.tunnel),
      openTunnel: note('openTunnel', () => this.tunnel),
    };
    const scene = this;
    const parts = {
      headText,
      errorPages: new ErrorPages(
        undefined,
        () => undefined,
        () => undefined,
      ),
      roster: {
        nextRequestId: () => 7,
        ready: true,
        waitFor: note('waitFor'),
      },
      limits: { ...DEFAULT_LIMITS, bodyBytesMax: 100 },
      admission: {
        answerProbe: note('answerProbe', () => reply('ok')),
      },
      limiter: {
        get learns() {
          return scene.learns;
        },
        release: note('release'),
        pause: note('pause'),
        resume: note('resume'),
        waiting: (_ticket: unknown, promise: unknown) => {
          note('waiting')();
          return promise;
        },
      },
      memory: { endGrowth: note('endGrowth'), fits: note('fits', () => true) },
      ledger: { change: (bytes: number) => void this.held.push(bytes) },
      reports: {
        tell: note('tell'),
        error: note('error', () => 'instead'),
      },
      environment: {
        now: () => this.now,
        wallNow: () => this.wallNow,
        makeMemory: (bytes: number) => new Uint8Array(bytes),
      },
      handler: (...values: unknown[]) => this.handler(...values),
    };
    this.connection = {
      id: 3,
      transport: this.transport,
      // The boundary: of a transport, a peer asks no more than this.
      peer: new Peer(this.transport as unknown as Transport, undefined),
      exchange: undefined,
      countHeld: () => void note('countHeld')(),
    };
    this.exchange = new Exchange(
      this.connection as unknown as ExchangeConnection,
      conversation as unknown as ExchangeConversation,
      parts as unknown as ServerParts,
      reader.head,
    );
  }

  /** What was done since this was asked last. */
  took(): unknown[][] {
    return this.done.splice(0);
  }
}
