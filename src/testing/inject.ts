// A request without a socket: it goes through the parser, the state machine and the limiter.

import { invalid } from '../options/checks.js';
import { Server } from '../server.js';
import { InjectError } from './inject-error.js';
import { InjectedClient } from './injected-client.js';
import { requestBytes } from './request-bytes.js';
import { wireTo } from './wire.js';

/**
 * Sends one request to a server, and gives the response. The server need not listen.
 *
 * The request goes the usual way, but without a socket. Its bytes go over their own simulated
 * connection through the parser, the state machine and the limiter to the handler. The bytes of the
 * reply come back. So a request beyond a limit gets the status of that limit, and a full queue
 * gives a 503.
 *
 * A `Request` is written as HTTP/1.1. Its content has a Content-Length, or is chunked if the
 * request has `Transfer-Encoding: chunked`. A `Uint8Array` is sent unchanged, and so is a string,
 * one byte for each character. Use these for requests that no `Request` can express. Interim
 * responses and trailers are skipped: a `Response` can't hold them.
 *
 * The promise resolves when the head of the response has come. The content is pulled as you read
 * it. Read or cancel content that is longer than 64 KiB. The connection carries only this request.
 * An abort of the request's signal resets the connection.
 *
 * With a server of {@link createSimulatedServer}, the virtual clock runs while the response is
 * awaited. A time-out of a minute then takes no time. There, a handler must not wait for anything
 * outside of virtual time.
 *
 * The process is kept alive while the response or its content is awaited.
 *
 * An upgrade ends with an InjectError: a tunnel is no Response. Use the network of
 * {@link createSimulatedServer} for it.
 *
 * @throws InjectError if the server was closed, or the connection ends before a response. If the
 * connection ends within the response, the reading of the content rejects.
 * @throws TypeError with `code: 'SLUICE_OPTION_INVALID'` if `server` is no server or `request` is
 * no request
 *
 * @example
 * const server = createServer({ fetch: () => reply('Hello!\n') });
 * const response = await inject(server, new Request('http://localhost/'));
 * response.status; // 200
 * await response.text(); // 'Hello!\n'
 *
 * @example
 * // No Request can express this. The parser refuses it.
 * const refused = await inject(server, 'GET / HTTP/1.1\r\nHost : x\r\n\r\n');
 * refused.status; // 400
 */
export async function inject(
  server: Server,
  request: Request | Uint8Array | string,
): Promise<Response> {
  if (!(server instanceof Server)) {
    throw invalid(TypeError, 'server', server, 'what createServer() gave');
  }
  if (server.isShut) {
    const message = 'the server was closed: it answers nobody until it listens again';
    throw new InjectError('SLUICE_INJECT_CLOSED', message);
  }
  const signal =
    typeof request === 'object' && request !== null && 'signal' in request
      ? request.signal
      : undefined;
  signal?.throwIfAborted();
  const bytes = await requestBytes(request);
  // The content took its time.
  signal?.throwIfAborted();
  const client = new InjectedClient(wireTo(server), bytes);
  signal?.addEventListener('abort', () => client.abandon(signal.reason), { once: true });
  return client.response();
}
