import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByNumber } from '../../../src/adapters/by-number.js';

test('it has what a Map would have', () => {
  const number = fc.integer({ min: 1, max: 12 });
  const step = fc.record({ kind: fc.constantFrom('add', 'take', 'get'), number });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const model = new Map<number, string>();
      const ours = new ByNumber<string>();
      steps.forEach(({ kind, number: id }, index) => {
        if (kind === 'add' && !model.has(id)) {
          model.set(id, `value ${index}`);
          ours.add(id, `value ${index}`);
        }
        if (kind === 'take') {
          expect(ours.take(id)).toBe(model.get(id));
          model.delete(id);
        }
        expect(ours.get(id)).toBe(model.get(id));
        expect(ours.size).toBe(model.size);
      });
    }),
  );
});
