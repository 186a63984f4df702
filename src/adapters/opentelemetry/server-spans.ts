// A span for each request, by OpenTelemetry's semantic conventions for HTTP servers (1.45). It continues the trace
// that the request's own fields name. It begins when the request came to the limiter, and ends when the response has left.

import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type {
  RequestCompleted,
  RequestEnd,
  RequestRecordHead,
  RequestRefused,
  RequestStarted,
} from '../../index.js';
import { ByNumber } from '../by-number.js';
import { timeOfDay } from '../clock.js';
import { errorType, knownMethod } from '../telemetry/attributes.js';

type HeaderGetter = RequestRecordHead['headers'];

const fields: TextMapGetter<HeaderGetter> = {
  get: (headers, name) => headers.get(name) ?? undefined,
  // Not asked by the propagators of W3C.
  keys: () => [],
};

interface Running {
  readonly span: Span;
  readonly context: Context;
}

export class ServerSpans {
  readonly #tracer: Tracer;
  /** By the number of the request. */
  readonly #running: ByNumber<Running> = new ByNumber();

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  /** The handler of a request is about to run. */
  started(request: RequestStarted): void {
    const running = this.#begin(request, timeOfDay() - request.waitedMs);
    this.#running.add(request.requestId, running);
  }

  completed(request: RequestCompleted): void {
    const running = this.#running.take(request.requestId);
    if (running === undefined) return;
    const { span } = running;
    if (request.route !== undefined) {
      span.setAttribute('http.route', request.route);
      span.updateName(`${nameOf(request)} ${request.route}`);
    }
    finish(span, request);
  }

  /** It never had a handler: its span is of the past. */
  refused(request: RequestRefused): void {
    const { span } = this.#begin(request, timeOfDay() - request.durationMs);
    span.setAttribute('sluice.reason', request.reason);
    finish(span, request);
  }

  /** Runs `call` so that the spans which it begins are children of the request's span. */
  within<T>(requestId: number, call: () => T): T {
    const running = this.#running.get(requestId);
    return running === undefined ? call() : context.with(running.context, call);
  }

  #begin(request: RequestRecordHead, startTime: number): Running {
    const parent = propagation.extract(ROOT_CONTEXT, request.headers, fields);
    const options = { kind: SpanKind.SERVER, startTime, attributes: attributesOf(request) };
    const span = this.#tracer.startSpan(nameOf(request), options, parent);
    return { span, context: trace.setSpan(parent, span) };
  }
}

/** A span's name has no path: there would be as many names as paths. */
function nameOf({ method }: RequestRecordHead): string {
  const known = knownMethod(method);
  return known === '_OTHER' ? 'HTTP' : known;
}

/** What stands behind its host. */
const ABSOLUTE_FORM = /^https?:\/\/[^/?]*(.*)$/i;
/** Of what the parser has let in, or a trusted proxy has said. */
const HOST_AND_PORT = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/;

/** Parameters that the conventions name, and their like: who has such a URL may do what it was signed for. */
const SECRETS =
  /(?<=^|&)(AWSAccessKeyId|Signature|sig|X-Goog-Signature|X-Amz-Signature|X-Amz-Security-Token)=[^&]*/g;

function redacted(query: string): string {
  return query.replace(SECRETS, '$1=REDACTED');
}

function attributesOf(request: RequestRecordHead): Attributes {
  const { method, target, scheme, httpVersion, headers } = request;
  const known = knownMethod(method);
  const absolute = ABSOLUTE_FORM.exec(target);
  const asked = absolute?.[1] ?? target;
  const query = asked.indexOf('?');
  const path = query === -1 ? asked : asked.slice(0, query);
  const attributes: Attributes = {
    'http.request.method': known,
    'url.scheme': scheme,
    'url.path': path === '' && absolute !== null ? '/' : path,
    'client.address': request.clientAddress,
    'network.peer.address': request.remoteAddress,
  };
  if (known === '_OTHER') attributes['http.request.method_original'] = method;
  if (query !== -1) attributes['url.query'] = redacted(asked.slice(query + 1));
  if (request.remotePort > 0) attributes['network.peer.port'] = request.remotePort;
  if (httpVersion !== '') attributes['network.protocol.version'] = httpVersion;
  const agent = headers.get('user-agent');
  if (agent !== null) attributes['user_agent.original'] = agent;
  const host = HOST_AND_PORT.exec(request.host);
  if (host?.[1]) attributes['server.address'] = host[1].replace(/^\[(.*)\]$/, '$1');
  if (host?.[2] !== undefined) attributes['server.port'] = Number(host[2]);
  return attributes;
}

function finish(span: Span, end: RequestEnd & { readonly reason?: string | undefined }): void {
  span.setAttributes({
    'http.request.body.size': end.requestContentBytes,
    'http.response.body.size': end.responseContentBytes,
  });
  if (end.status > 0) span.setAttribute('http.response.status_code', end.status);
  const error = errorType(end);
  if (error !== undefined) {
    span.setAttribute('error.type', error);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}
