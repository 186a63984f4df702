// Answers behind which the connection ends. No response of node:http's stands behind them.

import { STATUS_CODES } from 'node:http';

/**
 * The fewest bytes that say so.
 *
 * @param lines field lines, each with its end
 */
export function bareAnswer(status: number, lines = ''): string {
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n${lines}\r\n`;
}
