// One connection of a client: a socket, at most one request on it. Sockets share a buffer to read
// into, since each response is taken out of it before the next is read.

import { connect } from 'node:net';
import { Response, ResponseReader } from './response.mjs';

const readBuffer = Buffer.allocUnsafe(64 * 1024);
const response = new Response();

export class Connection {
  /**
   * @param owner - `connected(connection)`, `answered(connection, response)`, `lost(connection)`
   */
  constructor(port, owner) {
    this.owner = owner;
    /** Index of the request on it, or -1. */
    this.request = -1;
    this.closed = false;
    this.isConnected = false;
    this.reader = new ResponseReader();
    this.socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer: readBuffer, callback: (length, buffer) => this.read(length, buffer) },
    });
    this.socket.on('connect', () => owner.connected(this));
    this.socket.on('error', () => this.lose());
    this.socket.on('close', () => this.lose());
  }

  send(request, text) {
    this.request = request;
    this.socket.write(text, 'latin1');
  }

  close() {
    this.closed = true;
    this.socket.destroy();
  }

  read(length, buffer) {
    if (this.closed) return false;
    this.reader.push(buffer.subarray(0, length));
    while (!this.closed && this.reader.next(response)) this.owner.answered(this, response);
    return true;
  }

  lose() {
    if (this.closed) return;
    this.closed = true;
    this.socket.destroy();
    this.owner.lost(this);
  }
}
