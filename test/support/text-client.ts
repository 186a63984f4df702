// A client of a TCP connection that keeps all text that comes, and how the connection ended.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export class TextClient {
  text = '';
  readonly socket: Socket;
  /** 'end', 'close' or the code of an error. */
  readonly ended: Promise<string>;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('data', (bytes) => {
      this.text += bytes.toString('latin1');
    });
    this.ended = new Promise((resolve) => {
      this.socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'error'));
      this.socket.on('end', () => resolve('end'));
      this.socket.on('close', () => resolve('close'));
    });
  }

  async until(text: string): Promise<void> {
    while (!this.text.includes(text)) await once(this.socket, 'data');
  }
}
