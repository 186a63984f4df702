// Requests as text, and all that a server of Node answers to them.

import type { RequestListener } from 'node:http';
import net from 'node:net';

/** Sends `text`, and gives all that comes until the connection closes. */
export function exchangeRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text, 'latin1'));
    let came = '';
    socket.setEncoding('latin1').on('data', (piece) => {
      came += piece;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      came += `<${error.code}>`;
    });
    socket.on('close', () => resolve(came.replaceAll(/Date: .*\r\n/g, '')));
  });
}

export const get = (fields = '', version = '1.1'): string =>
  `GET / HTTP/${version}\r\nHost: localhost\r\n${fields}\r\n`;

export const CLOSE = 'Connection: close\r\n';

export const answer: RequestListener = (_req, res) => void res.end('ok');
