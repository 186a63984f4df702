// The classes that the light ones stand for, as they were when this was loaded:
// what is done rarely is left to them.

export const PlatformHeaders: typeof Headers = globalThis.Headers;
export const PlatformRequest: typeof Request = globalThis.Request;
export const PlatformResponse: typeof Response = globalThis.Response;

export type HeadersInit = NonNullable<ConstructorParameters<typeof Headers>[0]>;
export type RequestInput = ConstructorParameters<typeof Request>[0];
export type BodyInit = NonNullable<ConstructorParameters<typeof Response>[0]>;

/**
 * Whether `value` is an instance of a light class: for those that the platform made, too, as
 * `fetch()` does. Of a class that extends the light one, only its own objects are instances.
 */
export function isInstanceOf(value: unknown, of: object, light: object, platform: object): boolean {
  const prototype: unknown = Reflect.get(of === light ? platform : of, 'prototype');
  // Boundary: a prototype is an object.
  return Object.prototype.isPrototypeOf.call(prototype as object, value as object);
}

/** Stands in the platform's class's place: behaves like it, is called like it, and chains to it. */
export function standIn(light: object, platform: object, name: string): void {
  Object.setPrototypeOf(light, platform);
  Object.setPrototypeOf(Reflect.get(light, 'prototype'), Reflect.get(platform, 'prototype'));
  Object.defineProperty(light, 'name', { value: name, configurable: true });
}
