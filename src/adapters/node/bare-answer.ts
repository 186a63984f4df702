// An answer that no `ServerResponse` of node:http writes. The connection ends after it.

import type { Output } from '../../conn/bytes/output.js';
import type { HostedAnswer } from '../../conn/host.js';
import { http } from './node-http.js';

/**
 * The shortest message with this status.
 *
 * @param lines field lines, each with its CRLF
 */
export function bareAnswer(status: number, lines = ''): string {
  return `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\nConnection: close\r\n${lines}\r\n`;
}

/** The same in the place of a response that was not begun. */
export class BareAnswer implements HostedAnswer {
  readonly status: number;
  readonly closes: boolean = true;

  constructor(status: number) {
    this.status = status;
  }

  writeTo(output: Output): number {
    const text = bareAnswer(this.status);
    output.text(text);
    return text.length;
  }
}
