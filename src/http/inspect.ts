// Sets how `console.log` shows our messages. Node finds this function by a symbol, so no module of
// Node is needed.

type Inspect = (value: unknown, options: unknown) => string;

/** Objects with this prototype are shown as `title` and the result of `view`. */
export function showAs<T extends object>(
  prototype: T,
  title: string,
  view: (shown: T) => unknown,
): void {
  Object.defineProperty(prototype, Symbol.for('nodejs.util.inspect.custom'), {
    configurable: true,
    writable: true,
    value(this: T, _depth: number, options: unknown, inspect: Inspect): string {
      return `${title} ${inspect(view(this), options)}`;
    },
  });
}
