// `new Request(…)` of the platform, which also takes sluice's own requests. It is
// light in that those stay as they are: sluice constructs none of these.

import { SluiceRequest } from '../http/request/request.js';
import { isInstanceOf, PlatformRequest, type RequestInput, standIn } from './platform.js';

export class LightRequest extends PlatformRequest {
  constructor(input: RequestInput, init: RequestInit | undefined = undefined) {
    super(input instanceof SluiceRequest ? carried(input, init) : input, init);
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: a class that extends this one inherits the method.
    return isInstanceOf(value, this, LightRequest, PlatformRequest);
  }
}

standIn(LightRequest, PlatformRequest, 'Request');

/**
 * A native Request of the same message. As WHATWG has it, the new Request takes the content over,
 * unless it is given its own.
 */
function carried(request: SluiceRequest, init: RequestInit | undefined): Request {
  const { url, headers, signal } = request;
  const method = init?.method ?? request.method;
  const body = init?.body === undefined || init.body === null ? request.body : null;
  const shared = { method, headers, signal };
  if (body === null) return new PlatformRequest(url, shared);
  return new PlatformRequest(url, { ...shared, body, duplex: 'half' });
}
