// Clients that ask for what takes half a minute, beside those that are counted: how many of them are refused.

import { Connection } from './connection.mjs';
import { requestText } from './open-loop.mjs';

export class LongPolls {
  /** @param job - `count` polls of `path`, begun evenly over `overMs` */
  constructor(port, { count, path, overMs }) {
    this.port = port;
    this.job = { count, path, overMs };
    this.open = new Set();
    this.sent = 0;
    this.refused = 0;
    this.lost = 0;
  }

  start() {
    const { count, path, overMs } = this.job;
    const text = requestText({ path }, false);
    const beganAt = performance.now();
    const timer = setInterval(() => {
      const elapsed = performance.now() - beganAt;
      const due = overMs === 0 ? count : Math.min(count, (count * elapsed) / overMs);
      for (; this.sent < due; this.sent++) this.ask(text);
      if (this.sent >= count) clearInterval(timer);
    }, 5);
  }

  ask(text) {
    const connection = new Connection(this.port, this);
    this.open.add(connection);
    connection.send(0, text);
  }

  stop() {
    for (const connection of this.open) connection.close();
    const { sent, refused, lost } = this;
    return { sent, refused, lost };
  }

  // What a connection tells.

  connected() {}

  answered(connection, { status }) {
    this.open.delete(connection);
    connection.close();
    if (status !== 200) this.refused++;
  }

  lost(connection) {
    this.open.delete(connection);
    this.lost++;
  }
}
