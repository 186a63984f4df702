// Where the listeners of this process listen now, so that an address that is in use can be told as this program's own.

import { ipText, ipValue } from '../../fsm/parse/ip-address.js';

/** An address that was asked for: a path, or a port of a host. */
export interface WantedPlace {
  readonly path?: string | undefined;
  readonly port?: number | undefined;
  readonly host: string;
  readonly ipv6Only?: boolean | undefined;
}

/** An address at which somebody listens. */
export interface TakenPlace {
  readonly address: string;
  readonly port: number;
  readonly family: 'IPv4' | 'IPv6' | 'Unix';
  readonly ipv6Only?: boolean | undefined;
}

const places: Map<object, TakenPlace> = new Map();

export function takePlace(listener: object, place: TakenPlace): void {
  places.set(listener, place);
}

export function leavePlace(listener: object): void {
  places.delete(listener);
}

/** The listeners of this process that keep others from the place. */
export function listenersAt(wanted: WantedPlace): object[] {
  const at: object[] = [];
  for (const [listener, bound] of places) if (isInTheWay(bound, wanted)) at.push(listener);
  return at;
}

function isInTheWay(taken: TakenPlace, wanted: WantedPlace): boolean {
  if (wanted.path !== undefined) return taken.family === 'Unix' && taken.address === wanted.path;
  if (taken.family === 'Unix' || taken.port === 0 || taken.port !== wanted.port) return false;
  const host = oneText(wanted.host);
  // A name may be any address.
  if (host === undefined || host === oneText(taken.address)) return true;
  return (
    includes(taken.address, taken.ipv6Only, host) || includes(host, wanted.ipv6Only, taken.address)
  );
}

/** A wildcard is every address of its family; `::` is every one of IPv4 as well. */
function includes(wildcard: string, ipv6Only: boolean | undefined, address: string): boolean {
  if (wildcard === '::') return ipv6Only !== true || address.includes(':');
  return wildcard === '0.0.0.0' && !address.includes(':');
}

/** An address as it is written most often; undefined for a name. */
function oneText(host: string): string | undefined {
  const value = ipValue(host);
  return value === undefined ? undefined : ipText(value);
}
