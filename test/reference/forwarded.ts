// RFC 7239: the field Forwarded, by its grammar and with the meaning of its parameters. An oracle.

import {
  ALPHA,
  any,
  anyOf,
  DIGIT,
  either,
  exactly,
  matches,
  optional,
  type Rule,
  repeat,
  sequence,
  some,
} from './abnf.js';
import { Host, list, quotedString, token } from './fields.js';
import { canonical } from './proxy-header.js';
import { IPv4address, IPv6address } from './uri.js';

/** forwarded-pair = token "=" value, value = token / quoted-string — RFC 7239 §4 */
const forwardedPair: Rule = sequence(token, exactly('='), either(token, quotedString));

/** forwarded-element = [ forwarded-pair ] *( ";" [ forwarded-pair ] ) — RFC 7239 §4 */
const forwardedElement: Rule = sequence(
  optional(forwardedPair),
  any(sequence(exactly(';'), optional(forwardedPair))),
);

/** Forwarded = 1#forwarded-element — RFC 7239 §4, as a recipient reads a list */
export const Forwarded: Rule = list(forwardedElement);

const name = some(either(ALPHA, DIGIT, anyOf('._-')));
/** obfnode = "_" 1*( ALPHA / DIGIT / "." / "_" / "-") — RFC 7239 §6.3 */
const obfnode: Rule = sequence(exactly('_'), name);
/** node-port = port / obfport, port = 1*5DIGIT — RFC 7239 §6 */
const nodePort: Rule = either(repeat(1, 5, DIGIT), obfnode);
const nodename: Rule = either(
  IPv4address,
  sequence(exactly('['), IPv6address, exactly(']')),
  // `unknown` is a literal of ABNF, in any case; so is the test below.
  obfnode,
);

/** What a parameter `for` names: an address, `unknown` or an identifier; undefined for no node. */
export function referenceNode(text: string): string | undefined {
  for (let colon = text.length; colon >= 0; colon = text.lastIndexOf(':', colon - 1)) {
    const before = text.slice(0, colon);
    const port = text.slice(colon + 1);
    const hasPort = colon < text.length;
    if (hasPort && !matches(nodePort, port)) {
      if (colon === 0) break;
      continue;
    }
    if (/^unknown$/i.test(before)) return 'unknown';
    if (matches(nodename, before)) return canonical(before.replace(/^\[|\]$/g, ''));
    if (colon === 0) break;
  }
  return undefined;
}

export interface ReferenceElement {
  readonly pairs: readonly (readonly [name: string, value: string])[];
}

/** The elements of a text that matches {@link Forwarded}, without those that are empty. */
export function referenceElements(text: string): ReferenceElement[] | undefined {
  if (!matches(Forwarded, text)) return undefined;
  return split(text, ',')
    .map((element) => element.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((element) => element !== '')
    .map((element) => ({
      pairs: split(element, ';')
        .filter((pair) => pair !== '')
        .map((pair) => {
          const at = pair.indexOf('=');
          const value = pair.slice(at + 1);
          const text = value.startsWith('"')
            ? value.slice(1, -1).replace(/\\([\s\S])/g, '$1')
            : value;
          return [pair.slice(0, at).toLowerCase(), text] as const;
        }),
    }));
}

/** Outside of quoted strings. */
function split(text: string, separator: string): string[] {
  const parts = [''];
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const character = text.charAt(i);
    if (character === separator && !quoted) {
      parts.push('');
      continue;
    }
    if (character === '"') quoted = !quoted;
    parts[parts.length - 1] += character;
    if (character === '\\' && quoted) {
      i += 1;
      parts[parts.length - 1] += text.charAt(i);
    }
  }
  return parts;
}

/** The one parameter of this name; `repeats` where an element has it more than once. */
export function parameterOf({ pairs }: ReferenceElement, name: string): string | undefined {
  return pairs.findLast(([one]) => one === name)?.[1];
}

/** Host = uri-host [ ":" port ] */
export function isReferenceHost(text: string): boolean {
  return matches(Host, text);
}
