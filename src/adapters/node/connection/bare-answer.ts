// An answer that no `ServerResponse` of node:http writes. The connection ends after it.

import { http } from '../node-http.js';

/**
 * The shortest message with this status.
 *
 * @param lines field lines, each with its CRLF
 */
export function bareAnswer(status: number, lines = ''): string {
  return `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\nConnection: close\r\n${lines}\r\n`;
}
