// Describes a value in a few words, for the messages of errors about a caller's mistake.

const SHOWN_CHARACTERS_MAX = 60;

/**
 * Gives `"text…"`, `42`, `null`, `a Map`, `an Array`. The result is short. No code of the value is
 * called.
 */
export function describe(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object') return String(value);
  const name = classOf(value);
  return `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`;
}

function quote(text: string): string {
  const shown = text.length > SHOWN_CHARACTERS_MAX ? text.slice(0, SHOWN_CHARACTERS_MAX) : text;
  // JSON's escapes keep control characters out of logs and terminals.
  return shown.length < text.length ? `${JSON.stringify(shown)}…` : JSON.stringify(shown);
}

function classOf(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || typeof prototype !== 'object') return 'Object';
  const maker: unknown = Reflect.get(prototype, 'constructor');
  return typeof maker === 'function' && maker.name !== '' ? maker.name : 'Object';
}
