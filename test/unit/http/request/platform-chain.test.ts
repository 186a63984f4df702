import { describe, expect, test } from 'vitest';
import { chainTo } from '../../../../src/http/request/platform-chain.js';

class Platform {
  readonly known: string = 'known';

  get inherited(): string {
    return `of ${String(this)}`;
  }
}

function chained(): { made: object; links: () => number } {
  let links = 0;
  class Ours {
    get own(): string {
      return 'ours';
    }

    toString(): string {
      return 'Ours';
    }
  }
  chainTo(Ours.prototype, () => {
    links++;
    return Platform.prototype;
  });
  return { made: new Ours(), links: () => links };
}

describe('a prototype that is chained to the platform', () => {
  test('asks for nothing while its own members are used', () => {
    const { made, links } = chained();
    expect((made as { own: string }).own).toBe('ours');
    expect((made as { toString(): string }).toString()).toBe('Ours');
    expect(Object.keys(made)).toEqual([]);
    expect(links()).toBe(0);
  });

  test('makes an instance of the platform of whatever is asked to be one', () => {
    const { made, links } = chained();
    expect(made instanceof Platform).toBe(true);
    expect(made instanceof Map).toBe(false);
    expect(Object.getPrototypeOf(Object.getPrototypeOf(made))).toBe(Platform.prototype);
    expect(links()).toBe(1);
  });

  test.each<[string, (made: object) => unknown, unknown]>([
    ['is read', (made) => (made as Platform).inherited, 'of Ours'],
    ['is looked for', (made) => 'inherited' in made, true],
    ['is missing', (made) => (made as { missing?: unknown }).missing, undefined],
    ['is set', (made) => Object.assign(made, { added: 1 }).added, 1],
  ])('gives what stands behind it when a member %s', (_how, look, expected) => {
    const { made, links } = chained();
    expect(look(made)).toBe(expected);
    expect(links()).toBe(1);
    expect(made instanceof Platform).toBe(true);
    expect(links()).toBe(1);
  });
});
