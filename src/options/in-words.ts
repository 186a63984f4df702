// What the application throws, as text for those who look after it.

import { shown } from './shown.js';

/** Anything may be thrown: also an object without a prototype, of which no text can be made. Never throws. */
export function inWords(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return shown(thrown);
  }
}
