// A ticket is given what the application says of its request, and keeps its defaults where nothing is said.

import { expect, test } from 'vitest';
import type { Admission, Classification } from '../../../../src/conn/handler/admission.js';
import { type ClassifiedRequest, classify } from '../../../../src/conn/handler/classification.js';
import { priorityClass } from '../../../../src/limiter/ticket.js';

const DEFAULTS = {
  priority: priorityClass.default as number,
  clientBucket: 0,
  deadlineAt: Number.POSITIVE_INFINITY,
  probe: undefined,
};

/** What a request is given at `now` 20, and what admission was asked with. */
function classified(found: Classification): [Record<string, unknown>, unknown[]] {
  let asked: unknown[] = [];
  const admission = {
    classify(...values: unknown[]): Classification {
      asked = values;
      return found;
    },
  };
  const request = {
    ...DEFAULTS,
    requestHead: 'the head',
    connection: { transport: { remote: { address: '10.0.0.1' } } },
  };
  classify(
    // The boundary: admission alone looks into the head.
    request as unknown as ClassifiedRequest,
    {
      admission: admission as unknown as Admission,
      limiter: { bucketOf: (key) => key.length },
    },
    20,
  );
  expect(asked).toEqual(['the head', '10.0.0.1', request]);
  const { priority, clientBucket, deadlineAt, probe } = request;
  return [{ priority, clientBucket, deadlineAt, probe }, asked];
}

test('class, client, deadline and probe are what the application says', () => {
  const [given] = classified({
    priority: priorityClass.critical,
    clientKey: 'abc',
    deadlineMs: 5,
    probe: 'live',
  });
  expect(given).toEqual({
    priority: priorityClass.critical,
    clientBucket: 3,
    deadlineAt: 25,
    probe: 'live',
  });
});

test('what it does not say stays as it was', () => {
  const [given] = classified({
    priority: priorityClass.sheddable,
    clientKey: undefined,
    deadlineMs: undefined,
    probe: undefined,
  });
  expect(given).toEqual({ ...DEFAULTS, priority: priorityClass.sheddable });
});

test('an empty key is a client, and a deadline of 0 is now', () => {
  const [given] = classified({
    priority: priorityClass.default,
    clientKey: '',
    deadlineMs: 0,
    probe: undefined,
  });
  expect(given).toEqual({ ...DEFAULTS, deadlineAt: 20 });
});
