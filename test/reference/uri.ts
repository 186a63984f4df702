// RFC 3986: the rules that a request target and a Host field take from it.

import type { Rule } from './abnf.js';
import {
  ALPHA,
  any,
  anyOf,
  DIGIT,
  either,
  exactly,
  HEXDIG,
  literal,
  optional,
  range,
  repeat,
  rule,
  sequence,
  some,
} from './abnf.js';

/** unreserved = ALPHA / DIGIT / "-" / "." / "_" / "~" — RFC 3986 §2.3 */
export const unreserved: Rule = rule('unreserved', either(ALPHA, DIGIT, anyOf('-._~')));

/** pct-encoded = "%" HEXDIG HEXDIG — RFC 3986 §2.1 */
export const pctEncoded: Rule = rule('pct-encoded', sequence(anyOf('%'), HEXDIG, HEXDIG));

/** sub-delims = "!" / "$" / "&" / "'" / "(" / ")" / "*" / "+" / "," / ";" / "=" — RFC 3986 §2.2 */
export const subDelims: Rule = rule('sub-delims', anyOf("!$&'()*+,;="));

/** scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) — RFC 3986 §3.1 */
export const scheme: Rule = rule(
  'scheme',
  sequence(ALPHA, any(either(ALPHA, DIGIT, anyOf('+-.')))),
);

/** userinfo = *( unreserved / pct-encoded / sub-delims / ":" ) — RFC 3986 §3.2.1 */
export const userinfo: Rule = rule(
  'userinfo',
  any(either(unreserved, pctEncoded, subDelims, anyOf(':'))),
);

/**
 * dec-octet = DIGIT / %x31-39 DIGIT / "1" 2DIGIT / "2" %x30-34 DIGIT / "25" %x30-35 — RFC 3986
 * §3.2.2
 */
export const decOctet: Rule = rule(
  'dec-octet',
  either(
    DIGIT,
    sequence(range(0x31, 0x39), DIGIT),
    sequence(exactly('1'), repeat(2, 2, DIGIT)),
    sequence(exactly('2'), range(0x30, 0x34), DIGIT),
    sequence(exactly('25'), range(0x30, 0x35)),
  ),
);

/** IPv4address = dec-octet "." dec-octet "." dec-octet "." dec-octet — RFC 3986 §3.2.2 */
export const IPv4address: Rule = rule(
  'IPv4address',
  sequence(decOctet, exactly('.'), decOctet, exactly('.'), decOctet, exactly('.'), decOctet),
);

/** h16 = 1*4HEXDIG — RFC 3986 §3.2.2 */
export const h16: Rule = rule('h16', repeat(1, 4, HEXDIG));

/** ls32 = ( h16 ":" h16 ) / IPv4address — RFC 3986 §3.2.2 */
export const ls32: Rule = rule('ls32', either(sequence(h16, exactly(':'), h16), IPv4address));

/** `<count>( h16 ":" )` */
const groups = (count: number): Rule => repeat(count, count, sequence(h16, exactly(':')));

/** `[ *<most>( h16 ":" ) h16 ] "::"` */
const compressedAfter = (most: number): Rule =>
  sequence(optional(sequence(repeat(0, most, sequence(h16, exactly(':'))), h16)), exactly('::'));

/**
 * IPv6address =                            6( h16 ":" ) ls32
 *             /                       "::" 5( h16 ":" ) ls32
 *             / [               h16 ] "::" 4( h16 ":" ) ls32
 *             / [ *1( h16 ":" ) h16 ] "::" 3( h16 ":" ) ls32
 *             / [ *2( h16 ":" ) h16 ] "::" 2( h16 ":" ) ls32
 *             / [ *3( h16 ":" ) h16 ] "::"    h16 ":"   ls32
 *             / [ *4( h16 ":" ) h16 ] "::"              ls32
 *             / [ *5( h16 ":" ) h16 ] "::"              h16
 *             / [ *6( h16 ":" ) h16 ] "::" — RFC 3986 §3.2.2
 */
export const IPv6address: Rule = rule(
  'IPv6address',
  either(
    rule('IPv6address, 8 groups', sequence(groups(6), ls32)),
    rule('IPv6address, :: then 7', sequence(exactly('::'), groups(5), ls32)),
    rule('IPv6address, :: then 6', sequence(compressedAfter(0), groups(4), ls32)),
    rule('IPv6address, :: then 5', sequence(compressedAfter(1), groups(3), ls32)),
    rule('IPv6address, :: then 4', sequence(compressedAfter(2), groups(2), ls32)),
    rule('IPv6address, :: then 3', sequence(compressedAfter(3), groups(1), ls32)),
    rule('IPv6address, :: then 2', sequence(compressedAfter(4), ls32)),
    rule('IPv6address, :: then 1', sequence(compressedAfter(5), h16)),
    rule('IPv6address, :: last', compressedAfter(6)),
  ),
);

/** IPvFuture = "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" ) — RFC 3986 §3.2.2 */
export const IPvFuture: Rule = rule(
  'IPvFuture',
  sequence(
    literal('v'),
    some(HEXDIG),
    exactly('.'),
    some(either(unreserved, subDelims, anyOf(':'))),
  ),
);

/**
 * IP-literal = "[" ( IPv6address / IPvFuture ) "]" — RFC 3986 §3.2.2. Zone identifiers (RFC 6874)
 * are not part of it.
 */
export const IPLiteral: Rule = rule(
  'IP-literal',
  sequence(exactly('['), either(IPv6address, IPvFuture), exactly(']')),
);

/**
 * reg-name = *( unreserved / pct-encoded / sub-delims ) — RFC 3986 §3.2.2, but of at least one
 * element: http and https have no empty host, and a recipient must reject one (RFC 9110 §4.2.1).
 */
export const regName: Rule = rule('reg-name', some(either(unreserved, pctEncoded, subDelims)));

/** host = IP-literal / IPv4address / reg-name — RFC 3986 §3.2.2 */
export const host: Rule = rule('host', either(IPLiteral, IPv4address, regName));

/** port = *DIGIT — RFC 3986 §3.2.3. Its value is checked apart from its form. */
export const port: Rule = rule('port', any(DIGIT));
