// A client with one keep-alive connection that asks at a steady pace. One that honours `Connection:
// close` asks nothing more on a connection whose response said so; one that does not goes on until it
// sees the connection end. Neither sends a request twice.

import { connect } from 'node:net';
import { Response, ResponseReader } from '../client/response.mjs';

const request = 'GET / HTTP/1.1\r\nHost: bench\r\n\r\n';
const connectRetryMs = 5;

export class Client {
  /** @param tally counts for all clients of a kind: `{ answered, lost, refused, retried, waitsMs }` */
  constructor(port, { honours, everyMs }, tally) {
    this.port = port;
    this.honours = honours;
    this.everyMs = everyMs;
    this.tally = tally;
    this.isOver = false;
  }

  /** Asks until `stop`. Resolves when the last request is answered or lost. */
  async run(firstMs) {
    await later(firstMs);
    let due = performance.now();
    while (!this.isOver) {
      await this.ask();
      due = Math.max(due + this.everyMs, performance.now());
      // Asked back to back, the next request leaves before the end of the connection can be seen.
      if (this.everyMs > 0) await later(due - performance.now());
    }
    this.socket?.destroy();
  }

  stop() {
    this.isOver = true;
  }

  async ask() {
    const before = performance.now();
    this.socket ??= await this.connected();
    const response = await this.answer();
    if (response === undefined) {
      this.tally.lost++;
      return;
    }
    if (response.status === 200) this.tally.answered++;
    else this.tally.refused++;
    this.tally.waitsMs.push(performance.now() - before);
    if (this.honours && response.closes) this.drop();
  }

  drop() {
    this.socket?.destroy();
    this.socket = undefined;
  }

  async connected() {
    for (;;) {
      const socket = await this.tried();
      if (socket !== undefined) return socket;
      // Nothing was sent: nothing is lost.
      this.tally.retried++;
      await later(connectRetryMs);
    }
  }

  tried() {
    return new Promise((resolve) => {
      const socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true });
      socket.once('connect', () => {
        this.listen(socket);
        resolve(socket);
      });
      socket.once('error', () => resolve(undefined));
    });
  }

  listen(socket) {
    const reader = new ResponseReader();
    const response = new Response();
    const ended = () => {
      // What is heard of a connection that was given up concerns nobody.
      if (this.socket !== socket) return;
      this.drop();
      this.settle?.(undefined);
    };
    socket.on('data', (bytes) => {
      reader.push(bytes);
      if (reader.next(response)) this.settle?.(response);
    });
    socket.on('end', ended);
    socket.on('error', ended);
    socket.on('close', ended);
  }

  answer() {
    return new Promise((resolve) => {
      this.settle = (response) => {
        this.settle = undefined;
        resolve(response);
      };
      this.socket.write(request);
    });
  }
}

function later(ms) {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
