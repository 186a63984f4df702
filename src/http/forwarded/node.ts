// Who a proxy says it has a request from: a node of `Forwarded` (RFC 7239 §6), or a member of
// `X-Forwarded-For`. That field has no grammar: a member is the address that most proxies write.

import { ipText, ipValue } from '../../fsm/parse/ip-address.js';

/** node = nodename [ ":" node-port ], node-port = 1*5DIGIT / obfport */
const NODE = /^([^:[\]]+|\[[^[\]]*\])(?::(?:[0-9]{1,5}|_[A-Za-z0-9._-]+))?$/;
/** obfnode = "_" 1*( ALPHA / DIGIT / "." / "_" / "-"): a name that hides an address (RFC 7239 §6.3) */
const OBFUSCATED = /^_[A-Za-z0-9._-]+$/;

/**
 * The name of a node without its port: an address in canonical text, `unknown` in any case (RFC 7239
 * §6.2), or an obfuscated identifier such as `_hidden`. Undefined where `text` is no node.
 */
export function nodeName(text: string): string | undefined {
  const name = NODE.exec(text)?.[1];
  if (name === undefined) return undefined;
  if (name.startsWith('[')) return addressText(name.slice(1, -1), true);
  if (name.toLowerCase() === 'unknown') return 'unknown';
  return OBFUSCATED.test(name) ? name : addressText(name, false);
}

/** The same for a member of `X-Forwarded-For`, where an IPv6 address may stand without brackets. */
export function forName(member: string): string | undefined {
  return addressText(member, true) ?? nodeName(member);
}

function addressText(text: string, isIpv6: boolean): string | undefined {
  if (text.includes(':') !== isIpv6) return undefined;
  const value = ipValue(text);
  return value === undefined ? undefined : ipText(value);
}
