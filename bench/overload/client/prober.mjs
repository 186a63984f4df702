// A balancer's health check beside the load: a fresh connection each time, at even times.

import { monotonicMs } from '../../lib/time.mjs';
import { Connection } from './connection.mjs';
import { requestText } from './open-loop.mjs';
import { percentilesOf } from './report.mjs';

export class Prober {
  constructor(port, { path, everyMs, timeoutMs }) {
    this.port = port;
    this.everyMs = everyMs;
    this.timeoutMs = timeoutMs;
    this.text = requestText({ path }, true);
    this.latencies = [];
    this.failed = 0;
    this.counts = false;
    this.timer = undefined;
  }

  start() {
    this.timer = setInterval(() => this.probe(), this.everyMs);
  }

  stop() {
    clearInterval(this.timer);
    return {
      probes: this.latencies.length,
      failed: this.failed,
      ms: percentilesOf(this.latencies),
    };
  }

  probe() {
    if (!this.counts) return;
    const sentAt = monotonicMs();
    let timer;
    const settle = (connection, isGood) => {
      clearTimeout(timer);
      connection.close();
      this.latencies.push(monotonicMs() - sentAt);
      if (!isGood) this.failed++;
    };
    const connection = new Connection(this.port, {
      connected() {},
      answered: (self, response) => settle(self, response.status === 200),
      lost: (self) => settle(self, false),
    });
    connection.send(0, this.text);
    timer = setTimeout(() => settle(connection, false), this.timeoutMs);
  }
}
