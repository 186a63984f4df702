// What node:http's parser tells of some bytes, without a socket: they go into a Duplex that a
// `http.Server` takes for a connection.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';

/** A request as node:http gave it to its handler. Texts are latin1. */
export interface NodeMessage {
  readonly method: string;
  readonly target: string;
  readonly content: string;
  /** Flat: name, value, name, value, … */
  readonly trailers: readonly string[];
}

export interface NodeReading {
  /** Whole messages. */
  readonly messages: readonly NodeMessage[];
  /** Requests whose content is not complete. */
  readonly open: number;
  /** The parser's code, such as `HPE_INVALID_METHOD`. */
  readonly fault: string | undefined;
}

/** Gives all of `bytes` to a node:http server at once. */
export async function readWithNode(bytes: Uint8Array): Promise<NodeReading> {
  const messages: NodeMessage[] = [];
  let begun = 0;
  let fault: string | undefined;
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    begun++;
    let content = '';
    request.setEncoding('latin1');
    request.on('data', (text: string) => {
      content += text;
    });
    request.on('end', () => {
      const { method = '', url = '', rawTrailers } = request;
      messages.push({ method, target: url, content, trailers: rawTrailers });
      response.end();
    });
  };
  // Host is sluice's to check: here, only reading is compared.
  const server = createServer({ requireHostHeader: false });
  server.on('request', onRequest);
  server.on('checkContinue', onRequest);
  server.on('checkExpectation', onRequest);
  server.on('clientError', (error: NodeJS.ErrnoException) => {
    fault ??= error.code ?? error.message;
  });
  const connection = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  server.emit('connection', connection);
  connection.push(Buffer.from(bytes));
  // All that follows from bytes that are there happens in ticks and turns, none of it in time.
  for (let turn = 0; turn < 3 + begun; turn++) await new Promise(setImmediate);
  connection.destroy();
  server.close();
  return { messages, open: begun - messages.length, fault };
}
