// RFC 9112 §2.3 and §3: the request line, its version and its four forms of target.

import type { Rule } from './abnf.js';
import {
  any,
  DIGIT,
  either,
  exactly,
  matches,
  optional,
  range,
  rule,
  SP,
  sequence,
  some,
} from './abnf.js';
import { token, uriHost } from './fields.js';
import { host, port, scheme, userinfo } from './uri.js';

/** method = token — RFC 9112 §3.1 */
export const method: Rule = rule('method', token);

/** HTTP-name = %x48.54.54.50 ; HTTP — RFC 9112 §2.3 */
export const HTTPName: Rule = rule('HTTP-name', exactly('HTTP'));

/** HTTP-version = HTTP-name "/" DIGIT "." DIGIT — RFC 9112 §2.3 */
export const HTTPVersion: Rule = rule(
  'HTTP-version',
  sequence(HTTPName, exactly('/'), DIGIT, exactly('.'), DIGIT),
);

/**
 * Not a rule of the RFC. Where RFC 3986 has pchar, "/" and "?", browsers send | [ ] { } ^ " \ and a
 * lone % as they are; so path and query are any visible US-ASCII but "#", which would begin a
 * fragment.
 */
export const targetCharacter: Rule = rule(
  'target-character',
  either(range(0x21, 0x22), range(0x24, 0x7e)),
);

/**
 * origin-form = absolute-path [ "?" query ] — RFC 9112 §3.2.1; absolute-path = 1*( "/" segment ) —
 * RFC 9110 §4.1
 */
export const originForm: Rule = rule('origin-form', sequence(exactly('/'), any(targetCharacter)));

/**
 * absolute-form = absolute-URI — RFC 9112 §3.2.2; absolute-URI = scheme ":" hier-part [ "?" query ]
 * — RFC 3986 §4.3. Of hier-part we take "//" authority path-abempty alone, as http and https do
 * (RFC 9110 §4.2), where authority = [ userinfo "@" ] host [ ":" port ] — RFC 3986 §3.2.
 */
export const absoluteForm: Rule = rule(
  'absolute-form',
  sequence(
    scheme,
    exactly('://'),
    optional(sequence(userinfo, exactly('@'))),
    host,
    optional(sequence(exactly(':'), port)),
    optional(sequence(either(exactly('/'), exactly('?')), any(targetCharacter))),
  ),
);

/**
 * authority-form = uri-host ":" port — RFC 9112 §3.2.3. The port has at least one digit: a server
 * must reject a CONNECT with an empty one (RFC 9110 §9.3.6).
 */
export const authorityForm: Rule = rule(
  'authority-form',
  sequence(uriHost, exactly(':'), some(DIGIT)),
);

/** asterisk-form = "*" — RFC 9112 §3.2.4 */
export const asteriskForm: Rule = rule('asterisk-form', exactly('*'));

/** request-target = origin-form / absolute-form / authority-form / asterisk-form — RFC 9112 §3.2 */
export const requestTarget: Rule = rule(
  'request-target',
  either(originForm, absoluteForm, authorityForm, asteriskForm),
);

/** request-line = method SP request-target SP HTTP-version — RFC 9112 §3 */
export const requestLine: Rule = rule(
  'request-line',
  sequence(method, SP, requestTarget, SP, HTTPVersion),
);

export type TargetForm = 'origin' | 'absolute' | 'authority' | 'asterisk';

/** The parts of a request line. */
export interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly targetForm: TargetForm;
  readonly versionMajor: number;
  readonly versionMinor: number;
}

/** Takes a text that matches `request-line` apart: none of its three parts holds a SP. */
export function splitRequestLine(line: string): RequestLine {
  const [name = '', target = '', version = ''] = line.split(' ');
  return {
    method: name,
    target,
    targetForm: targetFormOf(target),
    versionMajor: Number(version.charAt(5)),
    versionMinor: Number(version.charAt(7)),
  };
}

/** The form of a text that matches `request-target`. The four have no text in common. */
export function targetFormOf(target: string): TargetForm {
  if (matches(originForm, target)) return 'origin';
  if (matches(absoluteForm, target)) return 'absolute';
  if (matches(authorityForm, target)) return 'authority';
  return 'asterisk';
}

/**
 * The digits behind the host of a text that matches `Host`, `authority-form` or `absolute-form`; ''
 * without.
 */
export function portOf(target: string): string {
  return /:([0-9]*)$/.exec(authorityOf(target).replace(/^.*[@\]]/s, ''))?.[1] ?? '';
}

/** The host of such a text, with its port. */
export function hostOf(target: string): string {
  return authorityOf(target).replace(/^.*@/s, '');
}

function authorityOf(target: string): string {
  return target.replace(/^[A-Za-z][A-Za-z0-9+.-]*:\/\//, '').replace(/[/?].*$/s, '');
}
