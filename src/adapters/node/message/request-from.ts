// An IncomingMessage for a request that was admitted.

import type { HostedExchange } from '../../../conn/host.js';
import type { InnerRequest } from '../node-internals.js';
import type { MessageServer } from '../ports.js';

export function requestFrom(
  core: MessageServer,
  exchange: HostedExchange,
  socket: unknown,
): InnerRequest {
  const { requestHead, head, body } = exchange;
  const { rawHeaders } = requestHead;
  const req = new core.IncomingMessage(socket) as unknown as InnerRequest;
  req.httpVersionMajor = 1;
  req.httpVersionMinor = head.versionMinor > 0 ? 1 : 0;
  req.httpVersion = requestHead.httpVersion;
  req.url = requestHead.target;
  req.method = requestHead.method;
  req.joinDuplicateHeaders = core.joinDuplicateHeaders;
  // Boundary: nobody writes into it here.
  req._addHeaderLines(rawHeaders as string[], rawHeaders.length);
  req.upgrade = false;
  if (body === null) req.complete = true;
  return req;
}
