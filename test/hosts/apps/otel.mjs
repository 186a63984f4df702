// Traced by instrumentation-http: a tracer that keeps what it is told.

import { createRequire } from 'node:module';
import { context, trace } from '@opentelemetry/api';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';

const ended = [];

class KeptSpan {
  constructor(name, { kind, attributes = {} } = {}) {
    Object.assign(this, { name, kind, attributes: { ...attributes }, status: undefined });
  }
  spanContext() {
    return { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 };
  }
  setAttribute(key, value) {
    this.attributes[key] = value;
    return this;
  }
  setAttributes(attributes) {
    Object.assign(this.attributes, attributes);
    return this;
  }
  addEvent() {
    return this;
  }
  addLink() {
    return this;
  }
  addLinks() {
    return this;
  }
  setStatus(status) {
    this.status = status;
    return this;
  }
  updateName(name) {
    this.name = name;
    return this;
  }
  end() {
    ended.push(this);
  }
  isRecording() {
    return true;
  }
  recordException() {
    // Nothing throws here.
  }
}

const tracer = {
  startSpan: (name, options) => new KeptSpan(name, options),
  startActiveSpan: (name, ...rest) => {
    const run = rest.pop();
    const span = new KeptSpan(name, rest[0]);
    return context.with(trace.setSpan(context.active(), span), () => run(span));
  },
};

export function start(createServer) {
  const tracerProvider = { getTracer: () => tracer };
  registerInstrumentations({ tracerProvider, instrumentations: [new HttpInstrumentation()] });
  const http = createRequire(import.meta.url)('node:http');
  const server = (createServer ?? http.createServer)((req, res) => {
    if (req.url !== '/spans') {
      res.statusCode = req.url === '/fails' ? 500 : 200;
      res.end('traced');
      return;
    }
    const server = ended.splice(0).map(({ name, kind, attributes, status }) => {
      return { name, kind, attributes, status };
    });
    res.end(JSON.stringify(server));
  });
  return server.listen(0, '127.0.0.1');
}
