// The platform's classes, as they were when this module was loaded. The light classes leave rare
// work to them.

export const PlatformHeaders: typeof Headers = globalThis.Headers;
export const PlatformRequest: typeof Request = globalThis.Request;
export const PlatformResponse: typeof Response = globalThis.Response;

export type HeadersInit = NonNullable<ConstructorParameters<typeof Headers>[0]>;
export type RequestInput = ConstructorParameters<typeof Request>[0];
export type BodyInit = NonNullable<ConstructorParameters<typeof Response>[0]>;

/**
 * True if `value` is an instance of the light class `of`. Objects of the platform count too, such
 * as the result of `fetch()`. For a subclass of the light class, only its own objects are
 * instances.
 */
export function isInstanceOf(value: unknown, of: object, light: object, platform: object): boolean {
  const prototype: unknown = Reflect.get(of === light ? platform : of, 'prototype');
  // Boundary: a prototype is an object.
  return Object.prototype.isPrototypeOf.call(prototype as object, value as object);
}

/**
 * Makes a light class replace the platform's class: the same name, and the same chain of
 * prototypes.
 */
export function standIn(light: object, platform: object, name: string): void {
  Object.setPrototypeOf(light, platform);
  Object.setPrototypeOf(Reflect.get(light, 'prototype'), Reflect.get(platform, 'prototype'));
  Object.defineProperty(light, 'name', { value: name, configurable: true });
}
