// What trusted proxies tell of a request: its client, the scheme and the host that the client asked
// for. It is read from the right, from the proxy that is nearest. Who may tell it, is not decided here.

import { HOST_INTERNATIONAL, HOST_NONE, hostKind } from '../../fsm/parse/uri-host.js';
import { isBlank, trimmed } from '../blanks.js';
import type { RequestHead } from '../request/request-head.js';
import { forwardedElements } from './forwarded-field.js';
import { forName, nodeName } from './node.js';

/** What is told; undefined where nothing is told of it. */
export interface Told {
  /** An IP address, `unknown`, or an identifier that hides the address: `_hidden`. */
  readonly client: string | undefined;
  readonly scheme: 'http' | 'https' | undefined;
  /** With its port, if it has one. */
  readonly host: string | undefined;
}

/** Of the addresses, those of the proxies that are believed. */
export interface Trust {
  trusts(address: string): boolean;
}

export const NOTHING_TOLD: Told = Object.freeze({
  client: undefined,
  scheme: undefined,
  host: undefined,
});

/** A field is outside its grammar, or contradicts another. */
type Wrong = 'wrong';

/**
 * What the fields `Forwarded`, `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Host` tell.
 * Nothing, where one of them is outside its grammar. Where `Forwarded` and any of the others came, it
 * is what both tell alike. Where they contradict each other, it is nothing at all: one of them may have
 * passed the proxy as the client wrote it.
 */
export function toldBy(head: RequestHead, trust: Trust): Told {
  const standard = toldByForwarded(head.valuesOf('forwarded'), trust);
  const common = toldByXForwarded(head, trust);
  if (standard === 'wrong' || common === 'wrong') return NOTHING_TOLD;
  if (standard === undefined || common === undefined) return standard ?? common ?? NOTHING_TOLD;
  if (
    differs(standard.client, common.client) ||
    differs(standard.scheme, common.scheme) ||
    differs(standard.host?.toLowerCase(), common.host?.toLowerCase())
  ) {
    return NOTHING_TOLD;
  }
  return {
    client: common.client && standard.client,
    scheme: common.scheme && standard.scheme,
    host: common.host && standard.host,
  };
}

function differs(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

/**
 * The first element from the right whose client is no trusted proxy; the first of all where there is
 * none. A line is read when it is come to: what a client wrote into a line before is not looked at.
 */
function toldByForwarded(lines: readonly string[], trust: Trust): Told | Wrong | undefined {
  let told: Told | undefined;
  for (const line of lines.toReversed()) {
    const elements = forwardedElements(line);
    if (elements === undefined) return 'wrong';
    for (const element of elements.toReversed()) {
      const client = element.for === undefined ? undefined : nodeName(element.for);
      if (element.repeats || (element.for !== undefined && client === undefined)) return 'wrong';
      const scheme = element.proto === undefined ? undefined : schemeFrom(element.proto);
      if (scheme === 'wrong') return 'wrong';
      if (element.host !== undefined && !isHost(element.host)) return 'wrong';
      told = { client, scheme, host: element.host };
      if (client === undefined || !trust.trusts(client)) return told;
    }
  }
  return told;
}

function toldByXForwarded(head: RequestHead, trust: Trust): Told | Wrong | undefined {
  const clients = membersOf(head, 'x-forwarded-for');
  const schemes = membersOf(head, 'x-forwarded-proto');
  const hosts = membersOf(head, 'x-forwarded-host');
  if (clients.length + schemes.length + hosts.length === 0) return undefined;

  let client: string | undefined;
  let at = clients.length;
  while (at > 0) {
    client = forName(clients[--at] as string);
    if (client === undefined) return 'wrong';
    if (!trust.trusts(client)) break;
  }
  const proto = memberAt(schemes, at, clients.length);
  const host = memberAt(hosts, at, clients.length);
  if (proto === 'wrong' || host === 'wrong') return 'wrong';
  const scheme = proto === undefined ? undefined : schemeFrom(proto.member);
  if (scheme === 'wrong' || (host !== undefined && !isHost(host.member))) return 'wrong';
  return { client, scheme, host: host?.member };
}

/**
 * The member about the client: the only one, or the one at the place that the client has in a list of
 * the same length.
 */
function memberAt(
  members: readonly string[],
  at: number,
  length: number,
): { readonly member: string } | Wrong | undefined {
  const member = members.length === 1 ? members[0] : members[at];
  if (members.length > 1 && members.length !== length) return 'wrong';
  return member === undefined ? undefined : { member };
}

/** The members of all lines of a list whose members have no quotes, first to last. */
function membersOf(head: RequestHead, name: string): string[] {
  return head
    .valuesOf(name)
    .flatMap((line) => line.split(','))
    .map((member) => trimmed(member, isBlank))
    .filter((member) => member !== '');
}

function schemeFrom(text: string): 'http' | 'https' | Wrong {
  const scheme = text.toLowerCase();
  return scheme === 'http' || scheme === 'https' ? scheme : 'wrong';
}

/** The same hosts that Host may have. */
function isHost(text: string): boolean {
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const kind = hostKind(bytes, 0, bytes.length);
  return kind !== HOST_NONE && (kind !== HOST_INTERNATIONAL || URL.canParse(`http://${text}/`));
}
