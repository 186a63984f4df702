// Which of the server's listeners gets a request: that may depend on what its client expects first.

import type { EventEmitter } from 'node:events';
import type { Head } from '../../../fsm/parse/head.js';
import type { InnerRequest, InnerResponse } from '../node-internals.js';

/** @returns true where its content may be pushed: nobody must say first that it is wanted */
export function tellRequest(
  server: EventEmitter,
  head: Head,
  req: InnerRequest,
  res: InnerResponse,
): boolean {
  if (head.expectations === 0 || head.versionMinor === 0) {
    server.emit('request', req, res);
    return true;
  }
  if (head.expectsContinue) {
    res._expect_continue = true;
    if (server.emit('checkContinue', req, res)) return false;
    res.writeContinue();
    server.emit('request', req, res);
  } else if (!server.emit('checkExpectation', req, res)) {
    res.writeHead(417);
    res.end();
  }
  return false;
}
