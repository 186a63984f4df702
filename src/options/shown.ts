// Shows a value in a few words, for errors about a caller's mistake. The text is short and has no
// control characters. No value makes it throw: a trap of a proxy may throw, so each access is
// guarded.

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

/** The name of an option in a message: a plain word stays as it is, any other name is quoted. */
export function shownName(name: string): string {
  return /^[\w$.-]{1,60}$/.test(name) ? name : quoted(name);
}

function quoted(text: string): string {
  // The beginning of such a text is part of the secret already.
  if (text.includes('PRIVATE KEY-----')) return 'a private key';
  const cut = text.length > CHARACTERS_MAX;
  // JSON escapes the C0 controls. The C1 controls steer terminals; the others change the direction
  // of text or break lines.
  const escaped = JSON.stringify(cut ? text.slice(0, CHARACTERS_MAX) : text).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return cut ? `${escaped}…` : escaped;
}

function kindOf(value: object): string {
  try {
    // A revoked proxy throws even here.
    if (Array.isArray(value)) return 'an array';
    const prototype: unknown = Object.getPrototypeOf(value);
    if (typeof prototype !== 'object' || prototype === null) return 'an object';
    const maker: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
    const name: unknown =
      typeof maker === 'function' ? Object.getOwnPropertyDescriptor(maker, 'name')?.value : '';
    // A class may define `name` itself.
    if (typeof name !== 'string' || !/^[A-Za-z_$][\w$]{0,39}$/.test(name)) return 'an object';
    if (name === 'Object') return 'an object';
    return `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`;
  } catch {
    return 'an object';
  }
}
