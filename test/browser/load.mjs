// A bounded load: so many clients on connections that stay, each with one request at a time, until it is stopped.

import { connect } from 'node:net';

const TARGETS = ['/', '/a?b=c', '/critical', '/sheddable', '/sheddable', '/'];

/** Every third request has content. */
function requestOf(client, turn) {
  const target = TARGETS[(client + turn) % TARGETS.length];
  const head = `${turn % 3 === 0 ? 'POST' : 'GET'} ${target} HTTP/1.1\r\nHost: localhost\r\n`;
  return turn % 3 === 0 ? `${head}Content-Length: 5\r\n\r\nhello` : `${head}\r\n`;
}

/**
 * @param {number} port
 * @param {number} clients
 * @param {number} pauseMs between a response and the next request of a client
 * @returns {() => Promise<void>} stops it: each client ends after the response that it waits for
 */
export function load(port, clients, pauseMs) {
  let isOver = false;
  const ended = Array.from({ length: clients }, (_, client) => run(client));

  async function run(client) {
    while (!isOver) {
      await new Promise((resolve) => {
        const socket = connect(port, '127.0.0.1').setNoDelay();
        let turn = 0;
        const ask = () => {
          if (isOver) socket.end();
          else socket.write(requestOf(client, turn++));
        };
        socket.on('connect', ask);
        // Responses are small: each comes in one piece.
        socket.on('data', () => setTimeout(ask, pauseMs * (0.5 + Math.random())));
        socket.on('error', () => socket.destroy());
        socket.on('close', resolve);
      });
    }
  }

  return async () => {
    isOver = true;
    await Promise.all(ended);
  };
}
