// What the application says of a request before it is offered: its class, its client, its deadline, and
// whether sluice answers it itself. The ticket of the request is given all of it.

import type { RequestHead } from '../../http/request/request-head.js';
import type { Transport } from '../transport.js';
import type { Admission, AskingRequest } from './admission.js';

/** The request, as its classification sees it. */
export interface ClassifiedRequest extends AskingRequest {
  readonly connection: { readonly transport: Transport };
  readonly requestHead: RequestHead;
  priority: number;
  clientBucket: number;
  deadlineAt: number;
  probe: 'live' | 'ready' | undefined;
}

/** What all requests of a server are classified by. */
export interface Classifying {
  readonly admission: Admission;
  readonly limiter: { bucketOf(clientKey: string): number };
}

/** Asks the application. What it throws costs the request nothing but what it would have said. */
export function classify(
  request: ClassifiedRequest,
  { admission, limiter }: Classifying,
  now: number,
): void {
  const { priority, clientKey, deadlineMs, probe } = admission.classify(
    request.requestHead,
    request.connection.transport.remote.address,
    request,
  );
  request.priority = priority;
  request.probe = probe;
  if (clientKey !== undefined) request.clientBucket = limiter.bucketOf(clientKey);
  if (deadlineMs !== undefined) request.deadlineAt = now + deadlineMs;
}
