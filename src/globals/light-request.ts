// The platform's `new Request(…)`, which also takes sluice's own requests. sluice itself constructs
// no such Request: its own requests stay as they are.

import { hasDroppableReads, withDroppableBody } from '../http/request/droppable-stream.js';
import { guardListenersLike } from '../http/request/guarded-signal.js';
import { SluiceRequest } from '../http/request/request.js';
import { isInstanceOf, PlatformRequest, type RequestInput, standIn } from './platform.js';

export class LightRequest extends PlatformRequest {
  constructor(input: RequestInput, init: RequestInit | undefined = undefined) {
    super(input instanceof SluiceRequest ? carried(input, init) : input, init);
    guardLike(this, input, init);
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: a class that extends this one inherits the method.
    return isInstanceOf(value, this, LightRequest, PlatformRequest);
  }
}

standIn(LightRequest, PlatformRequest, 'Request');

/**
 * A native Request of the same message. By WHATWG, the new Request takes over the content, unless
 * it gets other content.
 */
function carried(request: SluiceRequest, init: RequestInit | undefined): Request {
  const { url, headers, signal } = request;
  const method = init?.method ?? request.method;
  const body = init?.body === undefined || init.body === null ? request.body : null;
  const shared = { method, headers, signal };
  if (body === null) return new PlatformRequest(url, shared);
  return new PlatformRequest(url, { ...shared, body, duplex: 'half' });
}

/**
 * Content and signal of a client's stay safe to drop in `made`, which has taken them over. The client
 * can make both fail at any time.
 */
function guardLike(made: Request, input: RequestInput, init: RequestInit | undefined): void {
  const source: Partial<Request> =
    typeof input === 'object' && input !== null && 'signal' in input ? input : {};
  const signal = init?.signal ?? source.signal;
  if (signal !== undefined) guardListenersLike(made.signal, signal);
  const body = init?.body ?? source.body;
  if (typeof body === 'object' && body !== null && hasDroppableReads(body)) withDroppableBody(made);
}
