// A ServerResponse for a request that was admitted.

import type { IncomingMessage } from 'node:http';
import { type InnerRequest, type InnerResponse, UNIQUE_HEADERS } from '../node-internals.js';
import type { MessageServer } from '../ports.js';
import { finishAll } from './response-end.js';

/** @param requests so many requests were begun on the connection */
export function responseFrom(
  core: MessageServer,
  req: InnerRequest,
  keepsAlive: boolean,
  requests: number,
): InnerResponse {
  const { maxRequestsPerSocket } = core;
  const res = new core.ServerResponse(
    req as unknown as IncomingMessage,
    core.messageOptions,
  ) as unknown as InnerResponse;
  res.shouldKeepAlive = keepsAlive;
  if (maxRequestsPerSocket > 0)
    res.maxRequestsOnConnectionReached = requests >= maxRequestsPerSocket;
  res._keepAliveTimeout = core.keepAliveTimeout;
  res._maxRequestsPerSocket = maxRequestsPerSocket;
  if (core.uniqueHeaders !== null) res[UNIQUE_HEADERS] = core.uniqueHeaders;
  res._finish = finishAll;
  return res;
}

/** The connection has had all the requests that it may have. */
export function isTooMany({ maxRequestsPerSocket }: MessageServer, requests: number): boolean {
  return maxRequestsPerSocket > 0 && requests > maxRequestsPerSocket;
}
