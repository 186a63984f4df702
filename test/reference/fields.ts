// RFC 9110 §5 and §8 to §10: field lines, what values are made of, and the fields that decide about
// a message.

import type { Rule } from './abnf.js';
import {
  ALPHA,
  any,
  anyOf,
  DIGIT,
  DQUOTE,
  either,
  exactly,
  HTAB,
  optional,
  range,
  rule,
  SP,
  sequence,
  some,
  VCHAR,
} from './abnf.js';
import { host, port } from './uri.js';

/** OWS = *( SP / HTAB ) — RFC 9110 §5.6.3 */
export const OWS: Rule = rule('OWS', any(either(SP, HTAB)));

/** BWS = OWS — RFC 9110 §5.6.3 */
export const BWS: Rule = rule('BWS', OWS);

/**
 * tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~" /
 * DIGIT / ALPHA — RFC 9110 §5.6.2
 */
export const tchar: Rule = rule('tchar', either(anyOf("!#$%&'*+-.^_`|~"), DIGIT, ALPHA));

/** token = 1*tchar — RFC 9110 §5.6.2 */
export const token: Rule = rule('token', some(tchar));

/** obs-text = %x80-FF — RFC 9110 §5.5 */
export const obsText: Rule = rule('obs-text', range(0x80, 0xff));

/** qdtext = HTAB / SP / %x21 / %x23-5B / %x5D-7E / obs-text — RFC 9110 §5.6.4 */
export const qdtext: Rule = rule(
  'qdtext',
  either(HTAB, SP, range(0x21, 0x21), range(0x23, 0x5b), range(0x5d, 0x7e), obsText),
);

/** quoted-pair = "\" ( HTAB / SP / VCHAR / obs-text ) — RFC 9110 §5.6.4 */
export const quotedPair: Rule = rule(
  'quoted-pair',
  sequence(exactly('\\'), either(HTAB, SP, VCHAR, obsText)),
);

/** quoted-string = DQUOTE *( qdtext / quoted-pair ) DQUOTE — RFC 9110 §5.6.4 */
export const quotedString: Rule = rule(
  'quoted-string',
  sequence(DQUOTE, any(either(qdtext, quotedPair)), DQUOTE),
);

/** field-name = token — RFC 9110 §5.1 */
export const fieldName: Rule = rule('field-name', token);

/** field-vchar = VCHAR / obs-text — RFC 9110 §5.5 */
export const fieldVchar: Rule = rule('field-vchar', either(VCHAR, obsText));

/** field-content = field-vchar [ 1*( SP / HTAB / field-vchar ) field-vchar ] — RFC 9110 §5.5 */
export const fieldContent: Rule = rule(
  'field-content',
  sequence(fieldVchar, optional(sequence(some(either(SP, HTAB, fieldVchar)), fieldVchar))),
);

/** field-value = *field-content — RFC 9110 §5.5 */
export const fieldValue: Rule = rule('field-value', any(fieldContent));

/** field-line = field-name ":" OWS field-value OWS — RFC 9112 §5 */
export const fieldLine: Rule = rule(
  'field-line',
  sequence(fieldName, exactly(':'), OWS, fieldValue, OWS),
);

/**
 * #element => [ element ] *( OWS "," OWS [ element ] ) — RFC 9110 §5.6.1.2, as a recipient has to
 * read it
 */
export function list(element: Rule): Rule {
  return sequence(optional(element), any(sequence(OWS, exactly(','), OWS, optional(element))));
}

/** uri-host = host — RFC 9110 §4.1 */
export const uriHost: Rule = rule('uri-host', host);

/** Host = uri-host [ ":" port ] — RFC 9110 §7.2 */
export const Host: Rule = rule('Host', sequence(uriHost, optional(sequence(exactly(':'), port))));

/** Content-Length = 1*DIGIT — RFC 9110 §8.6 */
export const ContentLength: Rule = rule('Content-Length', some(DIGIT));

/** transfer-parameter = token BWS "=" BWS ( token / quoted-string ) — RFC 9110 §10.1.4 */
export const transferParameter: Rule = rule(
  'transfer-parameter',
  sequence(token, BWS, exactly('='), BWS, either(token, quotedString)),
);

/** transfer-coding = token *( OWS ";" OWS transfer-parameter ) — RFC 9110 §10.1.4 */
export const transferCoding: Rule = rule(
  'transfer-coding',
  sequence(token, any(sequence(OWS, exactly(';'), OWS, transferParameter))),
);

/** Transfer-Encoding = #transfer-coding — RFC 9112 §6.1 */
export const TransferEncoding: Rule = rule('Transfer-Encoding', list(transferCoding));

/** One field line as received: its name, and its value without the blanks around it. */
export type Field = readonly [name: string, value: string];

/**
 * Takes a text that matches `field-line` apart. A token holds no colon, so the first one ends the
 * name.
 */
export function splitFieldLine(line: string): Field {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), trimOWS(line.slice(colon + 1))];
}

/**
 * Without the SP and HTAB at both ends, and nothing else: `String.prototype.trim` would take NBSP
 * (0xA0) too.
 */
export function trimOWS(text: string): string {
  return text.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '');
}

/** The values of all fields of this name, in order. */
export function valuesOf(fields: readonly Field[], name: string): string[] {
  return fields.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value);
}

/**
 * The non-empty members of a list, in any number of field lines (RFC 9110 §5.2, §5.6.1.2). A comma
 * within a quoted-string divides nothing.
 */
export function listMembers(values: readonly string[]): string[] {
  const members: string[] = [];
  let member = '';
  let quoted = false;
  const text = values.join(', ');
  for (let i = 0; i < text.length; i += 1) {
    const character = text.charAt(i);
    if (character === ',' && !quoted) {
      members.push(member);
      member = '';
      continue;
    }
    member += character;
    if (character === '"') quoted = !quoted;
    if (character === '\\' && quoted) {
      i += 1;
      member += text.charAt(i);
    }
  }
  members.push(member);
  return members.map(trimOWS).filter((one) => one !== '');
}
