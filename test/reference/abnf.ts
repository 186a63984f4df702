// RFC 5234 as functions. A rule takes the set of places where it may begin and gives the set of all
// places where it may then end: no place is preferred and none is given up early, so alternatives
// need no order and repetitions are not greedy. That is slow, and it is the meaning of ABNF to the
// letter.
//
// A terminal that is tried where the text ends sets `reachedEnd`. As every way through a rule is
// followed, the flag says exactly whether the text could still become a match if more came.

import { registerProduction } from './coverage.js';

/**
 * A text of octets (latin1: one character is one octet), and whether a rule has wanted more of it.
 */
export interface Input {
  readonly text: string;
  reachedEnd: boolean;
}

export type Places = ReadonlySet<number>;
export type Rule = (input: Input, starts: Places) => Places;

/** Gives a rule its name, under which its hits are counted. */
export function rule(name: string, body: Rule): Rule {
  const production = registerProduction(name);
  return (input, starts) => {
    production.tried += 1;
    const ends = body(input, starts);
    if (ends.size > 0) production.matched += 1;
    return ends;
  };
}

/** A terminal: one octet for which `accepts` holds. */
function octet(accepts: (code: number) => boolean): Rule {
  return (input, starts) => {
    const ends = new Set<number>();
    for (const at of starts) {
      if (at >= input.text.length) input.reachedEnd = true;
      else if (accepts(input.text.charCodeAt(at))) ends.add(at + 1);
    }
    return ends;
  };
}

/** `%x41-5A` (RFC 5234 §3.4). */
export function range(from: number, to: number): Rule {
  return octet((code) => code >= from && code <= to);
}

/** `"a" / "b" / "c"` for single characters none of which is a letter. */
export function anyOf(characters: string): Rule {
  return octet((code) => characters.includes(String.fromCharCode(code)));
}

/** `%x48.54.54.50`: a text in exactly this case (RFC 5234 §2.3). */
export function exactly(text: string): Rule {
  return sequence(
    ...[...text].map((character) => range(character.charCodeAt(0), character.charCodeAt(0))),
  );
}

/** `"abc"`: a text in any case (RFC 5234 §2.3). */
export function literal(text: string): Rule {
  const same = (character: string): Rule =>
    octet((code) => String.fromCharCode(code).toLowerCase() === character.toLowerCase());
  return sequence(...[...text].map(same));
}

/** `a b c` (RFC 5234 §3.1). */
export function sequence(...parts: readonly Rule[]): Rule {
  return (input, starts) => {
    let places = starts;
    for (const part of parts) {
      if (places.size === 0) break;
      places = part(input, places);
    }
    return places;
  };
}

/** `a / b / c` (RFC 5234 §3.2). */
export function either(...parts: readonly Rule[]): Rule {
  return (input, starts) => {
    const ends = new Set<number>();
    for (const part of parts) for (const end of part(input, starts)) ends.add(end);
    return ends;
  };
}

/** `<least>*<most>element` (RFC 5234 §3.6). */
export function repeat(least: number, most: number, element: Rule): Rule {
  return (input, starts) => {
    const ends = new Set<number>(least === 0 ? starts : []);
    let places = starts;
    for (let count = 1; count <= most && places.size > 0; count += 1) {
      const reached = element(input, places);
      if (count < least) {
        places = reached;
        continue;
      }
      // A place that was reached before, with fewer elements, leads nowhere new.
      const fresh = new Set<number>();
      for (const place of reached) if (!ends.has(place)) fresh.add(place);
      for (const place of fresh) ends.add(place);
      places = fresh;
    }
    return ends;
  };
}

/** `*element`. */
export function any(element: Rule): Rule {
  return repeat(0, Number.POSITIVE_INFINITY, element);
}

/** `1*element`. */
export function some(element: Rule): Rule {
  return repeat(1, Number.POSITIVE_INFINITY, element);
}

/** `[ element ]` (RFC 5234 §3.8). */
export function optional(element: Rule): Rule {
  return repeat(0, 1, element);
}

/** Whether the whole of `text` is a match. */
export function matches(element: Rule, text: string): boolean {
  return element({ text, reachedEnd: false }, new Set([0])).has(text.length);
}

/** Whether `text` is no match yet (or already one), and some text that begins with it is. */
export function isPrefix(element: Rule, text: string): boolean {
  const input: Input = { text, reachedEnd: false };
  return element(input, new Set([0])).has(text.length) || input.reachedEnd;
}

// The core rules, RFC 5234 Appendix B.1.

/** ALPHA = %x41-5A / %x61-7A */
export const ALPHA: Rule = rule('ALPHA', either(range(0x41, 0x5a), range(0x61, 0x7a)));

/** DIGIT = %x30-39 */
export const DIGIT: Rule = rule('DIGIT', range(0x30, 0x39));

/** HEXDIG = DIGIT / "A" / "B" / "C" / "D" / "E" / "F" (in any case) */
export const HEXDIG: Rule = rule('HEXDIG', either(DIGIT, range(0x41, 0x46), range(0x61, 0x66)));

/** SP = %x20 */
export const SP: Rule = rule('SP', range(0x20, 0x20));

/** HTAB = %x09 */
export const HTAB: Rule = rule('HTAB', range(0x09, 0x09));

/** VCHAR = %x21-7E */
export const VCHAR: Rule = rule('VCHAR', range(0x21, 0x7e));

/** DQUOTE = %x22 */
export const DQUOTE: Rule = rule('DQUOTE', range(0x22, 0x22));

/** CRLF = CR LF */
export const CRLF: Rule = rule('CRLF', exactly('\r\n'));
