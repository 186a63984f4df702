// What can be known of a line of the head before it ends: whether anything that may follow would
// still make a head without fault. The rules here are those of the grammar, narrowed by what
// head-checks.ts asks of whole lines.

import type { Rule } from './abnf.js';
import {
  any,
  CRLF,
  DIGIT,
  either,
  exactly,
  literal,
  matches,
  optional,
  range,
  repeat,
  SP,
  sequence,
} from './abnf.js';
import type { CheckName } from './checks.js';
import type { Field } from './fields.js';
import { ContentLength, list, OWS, trimOWS, uriHost, valuesOf } from './fields.js';
import { contentLengthFaults, transferEncodingFaults } from './head-checks.js';
import type { ReferenceLimits } from './limits.js';
import type { RequestLine } from './request-line.js';
import {
  asteriskForm,
  HTTPVersion,
  hostOf,
  method,
  originForm,
  requestTarget,
  targetCharacter,
} from './request-line.js';
import { host, userinfo } from './uri.js';
import { isUrlHost } from './url-host.js';

/** The digits of 0 to 65535, with zeros in front. */
const portNumber: Rule = sequence(
  any(exactly('0')),
  either(
    repeat(0, 4, DIGIT),
    sequence(range(0x31, 0x35), repeat(4, 4, DIGIT)),
    sequence(exactly('6'), range(0x30, 0x34), repeat(3, 3, DIGIT)),
    sequence(exactly('65'), range(0x30, 0x34), repeat(2, 2, DIGIT)),
    sequence(exactly('655'), range(0x30, 0x32), DIGIT),
    sequence(exactly('6553'), range(0x30, 0x35)),
  ),
);

const hostOfField: Rule = sequence(uriHost, optional(sequence(exactly(':'), portNumber)));

const tunnel: Rule = sequence(uriHost, exactly(':'), portNumber);

const webTarget: Rule = sequence(
  either(literal('https'), literal('http')),
  exactly('://'),
  optional(sequence(userinfo, exactly('@'))),
  host,
  optional(sequence(exactly(':'), portNumber)),
  optional(sequence(either(exactly('/'), exactly('?')), any(targetCharacter))),
);

const chunkedAlone: Rule = sequence(
  any(sequence(exactly(','), OWS)),
  optional(sequence(literal('chunked'), any(sequence(OWS, exactly(','))))),
);

const expectations: Rule = list(literal('100-continue'));

const version: Rule = sequence(exactly('HTTP/1.'), DIGIT);

/** What no continuation of this request line can mend. */
export function openRequestLineFaults(text: string): CheckName[] {
  const name = /^([^ ]+) /.exec(text)?.[1];
  if (name === undefined) return [];
  if (/^PRI \*[ \r]/.test(text)) return ['http2-preface'];
  const faults: CheckName[] = [];
  // A target is over at its space.
  const target = /^[^ ]+ ([^ ]+) /.exec(text)?.[1];
  if (target !== undefined && (matches(tunnel, target) || matches(webTarget, target))) {
    if (!isUrlHost(hostOf(target))) faults.push('target-host');
  }
  if (!canContinue(sequence(method, SP, targetWith(name), SP, HTTPVersion), text)) {
    faults.push('target-form');
  }
  if (!canContinue(sequence(method, SP, requestTarget, SP, version), text)) {
    faults.push('version-major');
  }
  return faults;
}

function targetWith(name: string): Rule {
  if (name === 'CONNECT') return tunnel;
  return name === 'OPTIONS'
    ? either(originForm, webTarget, asteriskForm)
    : either(originForm, webTarget);
}

/** What no continuation of this field line, after these whole ones, can mend. */
export function openFieldFaults(
  request: RequestLine,
  fields: readonly Field[],
  text: string,
  limits: ReferenceLimits,
): CheckName[] {
  const colon = text.indexOf(':');
  if (colon < 0) return [];
  const name = text.slice(0, colon).toLowerCase();
  const value = text.slice(colon + 1).replace(/^[ \t]+/, '');
  const before = valuesOf(fields, name);
  switch (name) {
    case 'host': {
      const faults: CheckName[] = canContinue(hostOfField, value) ? [] : ['host-value'];
      return before.length > 0 ? ['host-repeated', ...faults] : faults;
    }
    case 'content-length':
      return openLengthFaults(fields, value, limits);
    case 'transfer-encoding': {
      const joined = [...before, value].join(', ');
      const whole = trimOWS(value.replace(/\r$/, ''));
      const faults = transferEncodingFaults(request, [...fields, [name, whole]], false);
      return canContinue(chunkedAlone, joined) ? faults.filter((one) => !ofValue(one)) : faults;
    }
    case 'expect':
      if (request.versionMinor === 0 || canContinue(expectations, value)) return [];
      return ['expectation'];
    default:
      return [];
  }
}

function openLengthFaults(
  fields: readonly Field[],
  value: string,
  limits: ReferenceLimits,
): CheckName[] {
  const digits = /^[0-9]*/.exec(value)?.[0] ?? '';
  const field: Field = ['content-length', digits === '' ? '0' : digits];
  const faults = contentLengthFaults([...fields, field], limits);
  if (!canContinue(ContentLength, value)) faults.push('length-value');
  if (valuesOf(fields, 'transfer-encoding').length > 0) faults.push('coding-with-length');
  return faults;
}

/** Whether a check is about a Transfer-Encoding's value and not about its presence. */
function ofValue(name: CheckName): boolean {
  return name !== 'coding-version' && name !== 'coding-with-length';
}

/** Whether some text that begins with this one is of the rule, with blanks and CRLF behind it. */
function canContinue(content: Rule, text: string): boolean {
  const input = { text, reachedEnd: false };
  sequence(content, OWS, CRLF)(input, new Set([0]));
  return input.reachedEnd;
}
