// Promises of the platform that reject, and whose own `then` tells nothing of it. Whoever is given one must hear its
// rejection by the platform's own `then`: one that nobody hears ends the process.

const mistake = new Error('mistake');

class WithoutThen extends Promise<unknown> {}
Object.defineProperty(WithoutThen.prototype, 'then', { value: undefined });

const withThen = (property: PropertyDescriptor) => (): unknown =>
  Object.defineProperty(Promise.reject(mistake), 'then', property);

const throws = (): never => {
  throw new Error('another mistake');
};

/** By name; a new one each time. */
export const REJECTED: readonly (readonly [name: string, make: () => unknown])[] = [
  ['as it was made', () => Promise.reject(mistake)],
  ['whose then is none', withThen({ value: undefined })],
  ['whose then is a number', withThen({ value: 7 })],
  ['whose then throws', withThen({ value: throws })],
  ['whose then does nothing', withThen({ value: () => undefined })],
  [
    'whose then tells of something else',
    withThen({ value: (tell: (value: 7) => void) => tell(7) }),
  ],
  ['whose then can’t be read', withThen({ get: throws })],
  ['of a class without then', () => WithoutThen.reject(mistake)],
];
