// What is told, and whom, where the application has no onError, or one that fails.

import { describe, expect, test } from 'vitest';
import { type ReportSettings, Reports } from '../../../../src/conn/watch/reports.js';
import type { FaultReport } from '../../../../src/observe/observer.js';
import { settle } from '../../../support/loop-turns.js';

class Warned {
  readonly texts: string[] = [];

  reports(settings: Partial<ReportSettings> = {}): Reports {
    return new Reports(
      {
        onError: undefined,
        onFault: undefined,
        observers: [],
        showsCredentials: false,
        ...settings,
      },
      (text) => this.texts.push(text),
    );
  }
}

test('an error without onError is warned of, once a kind, and then at the tenth and the hundredth', () => {
  const warned = new Warned();
  const reports = warned.reports();
  for (let i = 0; i < 120; i++) reports.error(new TypeError('x'));
  reports.error(new RangeError('y'));
  reports.error(Object.assign(new RangeError('y'), { code: 'Z' }));
  reports.error('text');
  expect(warned.texts.map((text) => text.replace('sluice: an error: ', ''))).toEqual([
    'TypeError: x (there was no onError to tell)',
    'TypeError: x (there was no onError to tell; 10 of this kind by now)',
    'TypeError: x (there was no onError to tell; 100 of this kind by now)',
    'RangeError: y (there was no onError to tell)',
    'RangeError: y (there was no onError to tell)',
    'text (there was no onError to tell)',
  ]);
});

test('kinds are bounded', () => {
  const warned = new Warned();
  const reports = warned.reports();
  for (let i = 0; i < 1000; i++) reports.error(Object.assign(new Error('x'), { code: i }));
  expect(warned.texts.length).toBeLessThan(70);
});

test('where onError takes the error, nothing is warned of; where it throws or rejects, its own error is', async () => {
  const warned = new Warned();
  expect(warned.reports({ onError: () => 7 }).error(new Error('x'))).toBe(7);
  expect(warned.texts).toEqual([]);
  const failing = warned.reports({
    onError: () => {
      throw new Error('y');
    },
  });
  expect(failing.error(new Error('x'))).toBe(undefined);
  expect(warned.texts).toEqual(['sluice: onError failed: Error: y']);
});

test('an error that can’t be put into words throws nothing', () => {
  const warned = new Warned();
  warned.reports().error({
    toString() {
      throw new Error('no');
    },
  });
  expect(warned.texts).toEqual(['sluice: an error']);
});

test('where the promise of onError rejects, that error is warned of', async () => {
  const warned = new Warned();
  const reports = warned.reports({ onError: () => Promise.reject(new Error('y')) });
  reports.tell(new Error('x'));
  await settle();
  expect(warned.texts).toEqual(['sluice: onError failed: Error: y']);
});

test('onError is told the error, the request and its context', () => {
  const told: unknown[][] = [];
  const reports = new Warned().reports({ onError: (...values) => void told.push(values) });
  const [error, request, context] = [new Error('x'), {} as Request, {} as never];
  reports.tell(error, request, context);
  expect(told[0]?.map((value, i) => value === [error, request, context][i])).toEqual([
    true,
    true,
    true,
  ]);
});

describe('an answer of onError that nobody is sent', () => {
  /** A response whose content notes that it is given up. */
  function answer(): { response: Response; dropped: unknown[] } {
    const dropped: unknown[] = [];
    const stream = new ReadableStream({ cancel: (reason) => void dropped.push(reason) });
    return { response: new Response(stream), dropped };
  }

  test.each([
    ['at once', (response: Response) => response],
    ['by a promise', (response: Response) => Promise.resolve(response)],
  ])('given %s, is given up', async (_how, give) => {
    const { response, dropped } = answer();
    const warned = new Warned();
    warned.reports({ onError: () => give(response) }).tell(new Error('x'));
    await settle();
    expect([dropped.length, warned.texts]).toEqual([1, []]);
  });

  test('and can’t be given up is warned of', async () => {
    const warned = new Warned();
    const response = new Response(
      new ReadableStream({
        cancel() {
          throw new Error('y');
        },
      }),
    );
    warned.reports({ onError: () => response }).tell(new Error('x'));
    await settle();
    expect(warned.texts).toEqual(['sluice: onError failed: Error: y']);
  });
});

describe('a fault of a peer', () => {
  const report = { code: 'X' } as unknown as FaultReport;

  test('is counted, and its report is made only where somebody hears it', () => {
    const made: string[] = [];
    const heard: unknown[] = [];
    const make = (): FaultReport => {
      made.push('made');
      return report;
    };
    const silent = new Warned().reports({ observers: [{ transition: () => undefined }] });
    silent.fault(make);
    expect([silent.faults, made]).toEqual([1, []]);
    for (const settings of [
      { onFault: (fault: FaultReport) => void heard.push('onFault', fault === report) },
      { observers: [{ fault: (fault: FaultReport) => void heard.push('sees', fault === report) }] },
    ]) {
      new Warned().reports(settings).fault(make);
    }
    expect([made, heard]).toEqual([
      ['made', 'made'],
      ['onFault', true, 'sees', true],
    ]);
  });

  test('whose report onFault can’t take is told as an error', async () => {
    const told: unknown[] = [];
    const failing = [
      () => {
        throw new Error('thrown');
      },
      () => Promise.reject(new Error('rejected')),
    ];
    for (const onFault of failing) {
      const reports = new Warned().reports({ onFault, onError: (error) => void told.push(error) });
      reports.fault(() => report);
      await settle();
    }
    expect(told.map(String)).toEqual(['Error: thrown', 'Error: rejected']);
  });
});

test('a promise that was thrown is told, and nobody else hears how it ends', async () => {
  const warned = new Warned();
  const told: unknown[] = [];
  const thrown = Promise.reject(new Error('of nobody’s concern'));
  warned.reports({ onError: (error) => void told.push(error) }).tell(thrown);
  await settle();
  expect([told.length, told[0] === thrown, warned.texts]).toEqual([1, true, []]);
});

test('a thenable that was thrown is heard, by onError’s failure too', async () => {
  const heard: string[] = [];
  const thrown = {
    // biome-ignore lint/suspicious/noThenProperty: what a foreign promise is
    then: (_fulfilled: unknown, rejected: unknown) => void heard.push(typeof rejected),
  };
  const warned = new Warned();
  warned.reports({ onError: () => undefined }).tell(thrown);
  await settle();
  expect(heard).toEqual(['function']);
  const failing = warned.reports({
    onError: () => {
      throw thrown;
    },
  });
  failing.tell(new Error('x'));
  await settle();
  expect(heard).toEqual(['function', 'function']);
});

test('a promise that onError throws is heard, though its `then` is none', async () => {
  const warned = new Warned();
  // biome-ignore lint/suspicious/noThenProperty: a promise that can’t be told from an object by its own
  const thrown = Object.assign(Promise.reject(new Error('of nobody’s concern')), { then: 7 });
  const reports = warned.reports({
    onError: () => {
      throw thrown;
    },
  });
  reports.tell(new Error('x'));
  // What nobody has heard would end the process now.
  await settle();
  expect(warned.texts).toEqual(['sluice: onError failed: [object Promise]']);
});

test.each([null, undefined, 7, 'text'])('%o may be thrown, too', (thrown) => {
  const told: unknown[] = [];
  new Warned().reports({ onError: (error) => void told.push(error) }).tell(thrown);
  expect(told).toEqual([thrown]);
});

test('whether reports show credentials is as it was set', () => {
  const shown = [false, true].map(
    (showsCredentials) => new Warned().reports({ showsCredentials }).showsCredentials,
  );
  expect(shown).toEqual([false, true]);
});
