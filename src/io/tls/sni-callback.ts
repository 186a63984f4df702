// The application's SNICallback. Any client calls it, by the name that it asks for. So what it throws, or rejects with,
// ends one handshake, and not the process: older releases of Node let it through.

import { inWords } from '../../options/in-words.js';
import { rejectionOf } from '../../options/thenable.js';

/** Node's: `callback(error, context)`. */
export type SniAnswer = (error: Error | null, context?: object) => void;

export type SniCallback = (serverName: string, answer: SniAnswer) => unknown;

/**
 * The same, but it never throws, and answers once.
 *
 * @param onError Hears what it threw, or what its promise rejected with if it gave one.
 */
export function guardedSniCallback(
  choose: SniCallback,
  onError: (error: unknown) => void,
): SniCallback {
  return (serverName, callback) => {
    let isAnswered = false;
    const answer: SniAnswer = (error, context) => {
      if (isAnswered) return;
      // A text, say: Node tells its message, and has none.
      const told = error && !(error instanceof Error) ? new Error(inWords(error)) : error;
      isAnswered = true;
      callback(told, context);
    };
    const failed = (error: unknown): void => {
      onError(error);
      const message = 'the SNICallback of the application has failed';
      answer(Object.assign(new Error(message), { code: 'SLUICE_SNI_CALLBACK_FAILED' }));
    };
    try {
      rejectionOf(choose(serverName, answer), failed);
    } catch (error) {
      failed(error);
    }
  };
}
