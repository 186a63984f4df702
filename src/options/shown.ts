// A value that came, in a few words, for the messages of errors that a caller made. What it is shown as is
// short, has no control character, and no value makes it throw: a proxy's traps may, so each look is guarded.

const CHARACTERS_MAX = 60;
const BIGINT_MAX = 2n ** 64n;

/** `"text…"`, `42`, `7n`, `null`, `a function`, `an array`, `an object`, `a Map`. Calls no getter of the value. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'bigint':
      return value > -BIGINT_MAX && value < BIGINT_MAX ? `${value}n` : 'a bigint of many digits';
    case 'symbol':
      return 'a symbol';
    case 'function':
      return 'a function';
    case 'object':
      return value === null ? 'null' : kindOf(value);
    default:
      return String(value);
  }
}

/** An option's name as it stands in a message: as it is where it is a plain word, else quoted. */
export function shownName(name: string): string {
  return /^[\w$.-]{1,60}$/.test(name) ? name : quoted(name);
}

function quoted(text: string): string {
  const cut = text.length > CHARACTERS_MAX;
  // JSON escapes the C0 controls; those of C1 steer terminals, and the others turn or break lines.
  const escaped = JSON.stringify(cut ? text.slice(0, CHARACTERS_MAX) : text).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return cut ? `${escaped}…` : escaped;
}

function kindOf(value: object): string {
  try {
    // A proxy that was revoked throws even here.
    if (Array.isArray(value)) return 'an array';
    const prototype: unknown = Object.getPrototypeOf(value);
    if (typeof prototype !== 'object' || prototype === null) return 'an object';
    const maker: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
    const name: unknown =
      typeof maker === 'function' ? Object.getOwnPropertyDescriptor(maker, 'name')?.value : '';
    // A class may have a `name` of its own making.
    if (typeof name !== 'string' || !/^[A-Za-z_$][\w$]{0,39}$/.test(name)) return 'an object';
    if (name === 'Object') return 'an object';
    return `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`;
  } catch {
    return 'an object';
  }
}
