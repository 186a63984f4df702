// How a request makes a tunnel of its connection. Rare, so what it takes is made when it happens.

import { EventIds } from '../fsm/machine/machine.js';
import { CONTINUE_HEAD } from '../http/reply/informational.js';
import type { TunnelSink } from '../http/tunnel/tunnel-port.js';
import type { WakeUp } from './clock/wake-up.js';
import type { Exchange } from './exchange.js';
import type { Receiver } from './read/receiver.js';
import type { Responder } from './respond/responder.js';
import type { ServerParts } from './server-parts.js';
import { RawTunnel, type TunnelConnection } from './tunnel/tunnel.js';
import { checkUpgradable } from './tunnel/upgrade.js';
import type { Accounts } from './watch/accounts.js';

/** What an opening changes. */
export interface OpeningSides {
  readonly connection: TunnelConnection & {
    readonly exchange: Exchange | undefined;
    readonly accounts: Pick<Accounts, 'rawBegins'> | undefined;
  };
  readonly parts: Pick<ServerParts, 'environment' | 'roster' | 'scheduler'>;
  readonly wakeUp: WakeUp;
  readonly receiver: Pick<Receiver, 'input' | 'tunnel'>;
  readonly responder: Pick<Responder, 'output' | 'openTunnel' | 'share'>;
}

/** The response that says that there is a tunnel. */
export interface TunnelHead {
  readonly status: number;
  readonly text: string;
}

/**
 * Makes a tunnel of the connection.
 *
 * @throws as {@link checkUpgradable}
 */
export function openTunnel(
  sides: OpeningSides,
  exchange: Exchange,
  head: TunnelHead,
  sink: TunnelSink,
): RawTunnel {
  const { connection, parts, wakeUp, receiver, responder } = sides;
  checkUpgradable({
    life: connection.life,
    isCurrent: exchange === connection.exchange,
    isUpgraded: receiver.tunnel?.request === exchange,
    isAnswered: exchange.answered || exchange.handlerDone,
    cutOff: exchange.cutOff,
    isDraining: parts.roster.draining,
  });
  const now = parts.environment.now();
  const { input } = receiver;
  const { output, share } = responder;
  // A host writes its head by itself.
  const begins =
    head.text === ''
      ? (piece: Uint8Array | string): void => connection.accounts?.rawBegins(piece)
      : undefined;
  const tunnel = new RawTunnel(
    connection,
    { request: exchange, wakeUp, input, output, share, begins },
    sink,
  );
  wakeUp.run(() => {
    exchange.answered = true;
    exchange.body?.forgetKept();
    // A tunnel may last for days, and holds no slot.
    exchange.release('finished', now);
    parts.scheduler.running.remove(exchange);
    receiver.tunnel = tunnel;
    connection.fire(EventIds.upgraded);
    // Who expects a 100 gets it before the 101 (RFC 9110 §7.8).
    const before = exchange.continued ? '' : CONTINUE_HEAD;
    responder.openTunnel(before + head.text, head.status, tunnel);
  }, now);
  return tunnel;
}
