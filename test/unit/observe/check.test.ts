import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { checkObserver, observersFrom } from '../../../src/observe/check.js';
import { OBSERVER_NAMES } from '../../../src/observe/observer.js';

const nothing = (): void => undefined;

function messageOf(given: unknown): string {
  try {
    checkObserver('observer', given);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ code: 'SLUICE_OPTION_INVALID' });
    return (error as Error).message;
  }
  return 'fits';
}

/** As a user may write one: with state, and helpers of its own. */
class Counter {
  count = 0;
  readonly log: () => void = nothing;
  requestStarted(): void {
    this.count++;
    this.print();
  }
  print(): void {}
}
class DerivedCounter extends Counter {}

describe('an observer', () => {
  test.each<[string, unknown]>([
    ['nothing', {}],
    ['each method', Object.fromEntries(OBSERVER_NAMES.map((name) => [name, nothing]))],
    ['a method that is left out', { requestStarted: undefined }],
    ['state beside the methods', { count: 0, requestStarted: nothing }],
    ['a class with helpers', new Counter()],
    ['a class derived from that', new DerivedCounter()],
    ['one method of no prototype', Object.assign(Object.create(null), { transition: nothing })],
  ])('may have %s', (_what, given) => {
    expect(messageOf(given)).toBe('fits');
  });

  test.each<[unknown, string]>([
    [{ onRequest() {} }, 'observer.onRequest: unknown option; did you mean requestStarted? Got'],
    [
      { requestStart: nothing },
      'observer.requestStart: unknown option; did you mean observer.requestStarted? Got',
    ],
    [{ onError() {} }, 'did you mean createServer({ onError })? Got a function; there are conn'],
    [{ colour: nothing }, 'observer.colour: unknown option; got a function; there are'],
    [runInNewContext('({ colour() {} })'), 'observer.colour: unknown option; got a function'],
    [{ requestStarted: 5 }, 'observer.requestStarted: got 5, expected a function'],
    [{ requestStarted: null }, 'observer.requestStarted: got null, expected a function'],
    [new Map(), 'observer: got a Map, expected an object of observing methods'],
    [
      new (class Watcher {
        onRequest(): void {}
      })(),
      'observer: got a Watcher, expected an object with one of the methods',
    ],
    [[], 'observer: got an array, expected an object of observing methods'],
    [nothing, 'observer: got a function, expected an object of observing methods'],
    [null, 'observer: got null, expected'],
  ])('is refused where a method would never be called: %#', (given, message) => {
    expect(messageOf(given)).toContain(message);
  });
});

describe('observers', () => {
  test('are none, one, or a list', () => {
    const one = { requestStarted: nothing };
    expect(observersFrom('observer', undefined)).toEqual([]);
    expect(observersFrom('observer', one)).toEqual([one]);
    const both = [one, new Counter()];
    const observers = observersFrom('observer', both);
    expect(observers[1]).toBe(both[1]);
    both.length = 0;
    expect(observers).toHaveLength(2);
  });

  test('in a list are checked, each by its place', () => {
    expect(() => observersFrom('observer', [{}, { onRequest: nothing }])).toThrow(
      'observer[1].onRequest: unknown option; did you mean requestStarted?',
    );
    expect(() => observersFrom('observer', [undefined])).toThrow('observer[0]: got undefined');
  });
});
