// Members that come and go.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemberList, type Place } from '../../../../src/conn/memory/member-list.js';

test('members stand in the order in which they came, whoever leaves', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 9 }), { maxLength: 40 }), (steps) => {
      const list = new MemberList<number>();
      const places: Place<number>[] = [];
      const model: number[] = [];
      for (const [i, step] of steps.entries()) {
        if (step < 5) {
          places.push(list.add(i));
          model.push(i);
        } else {
          const [place] = places.splice(step % Math.max(1, places.length), 1);
          if (place === undefined) continue;
          model.splice(model.indexOf(place.member), 1);
          expect(place.leave()).toBe(true);
          expect(place.leave()).toBe(false);
          expect([place.list, place.previous, place.next]).toEqual([
            undefined,
            undefined,
            undefined,
          ]);
        }
        expect([...list]).toEqual(model);
        expect([list.size, list.first, list.last]).toEqual([model.length, model[0], model.at(-1)]);
      }
      list.clear();
      expect([[...list], list.size, list.first]).toEqual([[], 0, undefined]);
      for (const place of places) expect(place.leave()).toBe(false);
    }),
  );
});
