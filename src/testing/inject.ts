// A request without a socket: through parser, machine and limiter, and back.

import { invalid } from '../options/checks.js';
import { Server } from '../server.js';
import { InjectError } from './inject-error.js';
import { InjectedClient } from './injected-client.js';
import { requestBytes } from './request-bytes.js';
import { wireTo } from './wire.js';

/**
 * Sends one request to a server that need not listen, and gives its response.
 *
 * The request takes the way of any other, but for the socket: its bytes go over a
 * simulated connection of their own through the parser, the state machine and the
 * limiter to the handler, and the reply's bytes come back. So a limit that is
 * exceeded gives its status, and a full queue its 503.
 *
 * A `Request` is written as HTTP/1.1, its content with a Content-Length, or chunked
 * if it has `Transfer-Encoding: chunked`. A `Uint8Array` is sent as it is, and so
 * is a string, one byte a character: for requests that no `Request` can express.
 * Interim responses are skipped, and so are trailers, which a `Response` cannot hold.
 *
 * The response is there as soon as its head is; its content is pulled as it is
 * read, and must be read or cancelled where it is longer than 64 KiB. The
 * connection carries this one request. Aborting the request's signal resets it.
 *
 * With a server of {@link createSimulatedServer} the virtual clock runs for as long
 * as the response is waited for, so a time-out of a minute takes no time. There a
 * handler must wait for nothing outside of virtual time.
 *
 * The process is kept alive while the response is waited for, and while its content is.
 *
 * @throws InjectError where the server was closed, or the connection ends without a response, or
 * within one: then the reading of the content rejects
 * @throws TypeError with `code: 'SLUICE_OPTION_INVALID'` for what is no server and what is no request
 *
 * @example
 * const server = createServer({ fetch: () => reply('Hello!\n') });
 * const response = await inject(server, new Request('http://localhost/'));
 * response.status; // 200
 * await response.text(); // 'Hello!\n'
 *
 * @example
 * // What no Request can express: the parser refuses it.
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
  const client = new InjectedClient(wireTo(server), await requestBytes(request));
  signal?.addEventListener('abort', () => client.abandon(signal.reason), { once: true });
  return client.response();
}
