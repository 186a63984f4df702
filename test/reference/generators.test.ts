import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { resetCoverage, unhitChecks, unmatchedProductions } from './coverage.js';
import { bytesOf, faultyRequests, samples, validRequests } from './generators.js';
import type { ReferenceResult } from './parse-requests.js';
import { latin1Bytes, parseRequests } from './parse-requests.js';

const parse = (text: string): ReferenceResult => parseRequests(latin1Bytes(text), { fin: false });

beforeEach(resetCoverage);

describe('the generators', () => {
  test('reach every production and every check, and a third of their samples is accepted', () => {
    let accepted = 0;
    const runs = 2000;
    // Law: none; this counts.
    fc.assert(
      fc.property(samples, (sample) => {
        const { messages, outcome } = parseRequests(bytesOf(sample), { fin: false });
        if (messages.length > 0 && outcome.kind === 'end') accepted += 1;
      }),
      { numRuns: runs },
    );
    expect(unmatchedProductions()).toEqual([]);
    expect(unhitChecks().filter((name) => !name.startsWith('limit-'))).toEqual([]);
    expect(accepted).toBeGreaterThan(runs / 3);
  });

  // Law: what is made to be valid is accepted.
  test('make valid requests that the oracle accepts', () => {
    fc.assert(
      fc.property(validRequests, (text) => {
        const { messages, outcome } = parse(text);
        expect(outcome).toEqual({ kind: 'end' });
        expect(messages.at(-1)?.end).toBe(text.length);
      }),
    );
  });

  // Law: what is made to break a rule is refused for that rule, behind what is in front of it.
  test('make faulty requests that the oracle refuses for their fault', () => {
    fc.assert(
      fc.property(faultyRequests, ({ text, fault }) => {
        const { outcome } = parse(text);
        expect(outcome.kind === 'refused' && outcome.rules).toContain(fault);
      }),
      { numRuns: 500 },
    );
  });

  test('shrink a faulty request to one short message', () => {
    const result = fc.check(
      fc.property(faultyRequests, ({ text }) => parse(text).outcome.kind !== 'refused'),
    );
    expect(result.counterexample?.[0].text.length).toBeLessThan(200);
  });
});

describe('the oracle', () => {
  // Law: every prefix of a valid message is awaited.
  test('refuses no prefix of what it accepts', () => {
    fc.assert(
      fc.property(validRequests, fc.nat(), (text, place) => {
        const { outcome } = parse(text.slice(0, place % text.length));
        expect(outcome.kind === 'incomplete' ? outcome.statuses : []).toEqual([]);
        expect(outcome.kind).not.toBe('refused');
      }),
      { numRuns: 500 },
    );
  });

  // Law: more octets never change what was decided about those in front of them.
  test('takes nothing back when more comes', () => {
    fc.assert(
      fc.property(samples, fc.nat(), ({ text }, place) => {
        const part = parse(text.slice(0, place % (text.length + 1)));
        const whole = parse(text);
        const before = part.messages.length;
        expect(whole.messages.slice(0, before)).toEqual(part.messages);
        const statuses = 'statuses' in part.outcome ? part.outcome.statuses : [];
        if (statuses.length === 0) return;
        // It was refused, or could be: then no more messages are accepted.
        expect(whole.messages).toHaveLength(before);
        if (part.outcome.kind !== 'refused') return;
        const { statuses: allowed } = part.outcome;
        expect(whole.outcome.kind === 'refused' && whole.outcome.statuses).toEqual(allowed);
      }),
      { numRuns: 2000 },
    );
  });
});
