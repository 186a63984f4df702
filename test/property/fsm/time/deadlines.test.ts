import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Deadline, DeadlineList, Deadlines } from '../../../../src/fsm/time/deadlines.js';

const COUNT = 6;
const DURATIONS: readonly number[] = [5, 5, 40];

type Step =
  | { readonly kind: 'arm'; readonly one: number; readonly list: number; readonly lag: number }
  | { readonly kind: 'disarm'; readonly one: number }
  | { readonly kind: 'postpone'; readonly list: number; readonly ms: number }
  | { readonly kind: 'pass'; readonly ms: number };

const one = fc.nat({ max: COUNT - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('arm' as const),
    one,
    list: fc.nat({ max: DURATIONS.length - 1 }),
    lag: fc.constantFrom(0, 0, 0, 1, 3),
  }),
  fc.record({ kind: fc.constant('disarm' as const), one }),
  fc.record({
    kind: fc.constant('postpone' as const),
    list: fc.nat({ max: DURATIONS.length - 1 }),
    ms: fc.nat({ max: 30 }),
  }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.nat({ max: 20 }) }),
);

/** One that is armed, in the model: an entry of a sorted array. */
interface Entry {
  readonly one: number;
  readonly list: number;
  readonly dueMs: number;
}

// Arming, disarming and expiring over all lists is what a sorted array would do, which some deadlines,
// armed again as they expire, do not change.
test('the lists are a sorted array of what is armed', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.nat({ max: 2 ** COUNT - 1 }),
      fc.integer({ min: 1, max: 7 }),
      (steps, again, readEvery) => {
        const expired: string[] = [];
        const lists = DURATIONS.map((ms, i) => new DeadlineList(String(i), ms));
        const all = new Deadlines(lists);
        const deadlines = Array.from({ length: COUNT }, (_, i) => {
          const rearms = (again & (1 << i)) !== 0;
          return new Deadline({
            expired(list, now) {
              expired.push(`${i} ${list.name}`);
              if (rearms) list.arm(deadlines[i] as Deadline, now);
            },
          });
        });
        let model: Entry[] = [];
        let now = 0;
        const armInModel = (which: number, list: number, at: number): void => {
          model = model.filter((entry) => entry.one !== which);
          const latest = Math.max(0, ...model.filter((e) => e.list === list).map((e) => e.dueMs));
          model.push({
            one: which,
            list,
            dueMs: Math.max(at + (DURATIONS[list] as number), latest),
          });
        };
        for (const [i, it] of steps.entries()) {
          if (it.kind === 'arm') {
            (lists[it.list] as DeadlineList).arm(deadlines[it.one] as Deadline, now - it.lag);
            armInModel(it.one, it.list, now - it.lag);
          } else if (it.kind === 'disarm') {
            (deadlines[it.one] as Deadline).disarm();
            model = model.filter((entry) => entry.one !== it.one);
          } else if (it.kind === 'postpone') {
            (lists[it.list] as DeadlineList).postpone(it.ms);
            model = model.map((e) => (e.list === it.list ? { ...e, dueMs: e.dueMs + it.ms } : e));
          } else {
            now += it.ms;
            all.expire(now);
            const due: string[] = [];
            for (const list of DURATIONS.keys()) {
              for (const entry of model.filter((e) => e.list === list && e.dueMs <= now)) {
                due.push(`${entry.one} ${list}`);
                model = model.filter((e) => e !== entry);
                if ((again & (1 << entry.one)) !== 0) armInModel(entry.one, list, now);
              }
            }
            expect(expired.splice(0)).toEqual(due);
          }
          // Many things may happen between two looks at the next deadline.
          const next = Math.min(...model.map((entry) => entry.dueMs));
          if (i % readEvery === 0 || i === steps.length - 1) expect(all.nextMs).toBe(next);
          const armed = [...deadlines.entries()]
            .filter(([, d]) => d.armed)
            .map(([i, d]) => [i, d.dueMs]);
          expect(armed).toEqual(
            model.map((e) => [e.one, e.dueMs]).sort((a, b) => (a[0] as number) - (b[0] as number)),
          );
        }
      },
    ),
    { numRuns: 300 },
  );
});
