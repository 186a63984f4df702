// What is said of a request, in the words of OpenTelemetry's semantic conventions for HTTP (1.45). Values that a
// client chooses freely never become an attribute of a metric.

import type { RequestEnd, RequestRecordHead } from '../../index.js';
import type { Attributes } from './meter.js';

/** The methods of RFC 9110 §9, PATCH (RFC 5789) and QUERY. */
const METHODS: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'QUERY',
  'TRACE',
]);

/** The method, or `_OTHER`: a client may make up as many as it likes. */
export function knownMethod(method: string): string {
  return METHODS.has(method) ? method : '_OTHER';
}

export const METHOD = 'http.request.method';
export const SCHEME = 'url.scheme';
export const STATUS = 'http.response.status_code';
export const ROUTE = 'http.route';
export const VERSION = 'network.protocol.version';
export const ERROR_TYPE = 'error.type';

/** Of a request that is in progress. */
export function activeAttributes({ method, scheme }: RequestRecordHead): Attributes {
  return { [METHOD]: knownMethod(method), [SCHEME]: scheme };
}

/** Of a request that is over. A path is never a route: `route` is what a router has said. */
export function endAttributes(end: RequestEnd, route: string | undefined): Attributes {
  const attributes = activeAttributes(end);
  if (end.status > 0) attributes[STATUS] = end.status;
  if (end.httpVersion !== '') attributes[VERSION] = end.httpVersion;
  if (route !== undefined) attributes[ROUTE] = route;
  const error = errorType(end);
  if (error !== undefined) attributes[ERROR_TYPE] = error;
  return attributes;
}

/** The status of a server's error, or why a response was not delivered; undefined where all went well. */
export function errorType(
  end: RequestEnd & { readonly reason?: string | undefined },
): string | undefined {
  if (end.status >= 500) return `${end.status}`;
  return end.delivered ? undefined : (end.reason ?? '_OTHER');
}
