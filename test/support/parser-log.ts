// What the parser that others embed tells of some bytes, as data: for comparing it with itself under
// another split, and with the oracle.

import { type Limits, type ParsedHead, RequestParser } from '../../src/fsm/index.js';
import { latin1Bytes, latin1Text } from '../reference/parse-requests.js';

type Pairs = readonly (readonly [name: string, value: string])[];

/** A message, as far as it came. Texts are latin1: one character is one byte. */
export interface ObservedMessage {
  readonly method: string;
  readonly target: string;
  readonly targetForm: string;
  readonly versionMinor: number;
  readonly fields: Pairs;
  readonly framing: 'none' | 'length' | 'chunked';
  readonly contentLength: number;
  readonly persistent: boolean;
  readonly expectsContinue: boolean;
  readonly content: string;
  readonly trailers: Pairs;
  /** The offset one past the message; undefined while it is not complete. */
  readonly end: number | undefined;
}

export interface Observed {
  /** Whole messages. What follows one that does not persist is not looked at. */
  readonly messages: readonly ObservedMessage[];
  /** The message that is not complete, if its head is. */
  readonly open: ObservedMessage | undefined;
  readonly fault:
    | { readonly code: string; readonly status: number; readonly offset: number }
    | undefined;
}

/** Feeds `pieces` one after the other, and tells the parser of the end where `fin` says so. */
export function observe(
  pieces: Iterable<Uint8Array>,
  limits: Partial<Limits> = {},
  fin = false,
): Observed {
  const messages: ObservedMessage[] = [];
  let open: ObservedMessage | undefined;
  let fault: Observed['fault'];
  let over = false;
  const change = (update: Partial<ObservedMessage>): void => {
    if (over) return;
    if (open === undefined) throw new Error(`${Object.keys(update)} outside of a message`);
    open = { ...open, ...update };
  };
  const parser = new RequestParser(limits, {
    head(head) {
      if (over) return;
      if (open !== undefined) throw new Error('a head within a message');
      open = messageOf(head);
    },
    body(bytes, from, to) {
      if (from >= to) throw new Error('an empty span of content');
      if (!over) change({ content: (open?.content ?? '') + latin1Text(bytes.subarray(from, to)) });
    },
    trailers(flat) {
      change({ trailers: pairs(flat) });
    },
    fault({ code, status, offset }) {
      if (fault !== undefined) throw new Error('a second fault');
      if (!over) fault = { code, status, offset };
    },
    end() {
      if (over) return;
      change({ end: parser.offset });
      // The boundary: `change` has set it.
      const message = open as ObservedMessage;
      messages.push(message);
      open = undefined;
      over = !message.persistent;
    },
  });
  for (const piece of pieces) parser.feed(piece);
  if (fin) parser.end();
  return { messages, open, fault };
}

/** `text` cut at `places`, each taken modulo its length, in any order and as often as they come. */
export function cutText(text: string, places: readonly number[]): Uint8Array[] {
  const sorted = places.map((place) => place % (text.length + 1)).sort((a, b) => a - b);
  return [0, ...sorted].map((from, i) => latin1Bytes(text.slice(from, sorted[i] ?? text.length)));
}

/** One piece for each byte. */
export function singleBytes(text: string): Uint8Array[] {
  return Array.from(text, latin1Bytes);
}

function messageOf(parsed: ParsedHead): ObservedMessage {
  return {
    method: parsed.method,
    target: parsed.target,
    targetForm: parsed.targetForm,
    versionMinor: parsed.head.versionMinor,
    fields: pairs(parsed.rawHeaders),
    framing: parsed.framing,
    contentLength: parsed.contentLength,
    persistent: parsed.persistent,
    expectsContinue: parsed.expectsContinue,
    content: '',
    trailers: [],
    end: undefined,
  };
}

function pairs(flat: readonly string[]): Pairs {
  const all: [string, string][] = [];
  for (let i = 0; i < flat.length; i += 2) all.push([flat[i] ?? '', flat[i + 1] ?? '']);
  return all;
}
