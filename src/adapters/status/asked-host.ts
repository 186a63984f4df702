// DNS rebinding: a page of evil.example is loaded, and then that name is made to lead to 127.0.0.1. For the browser both
// are one origin, so the page could read this server. Such a request names evil.example as its host. An IP address
// as a host can't be rebound, and `localhost` is looked up by nobody (RFC 6761 §6.3).

/** Whether a request with this Host may be answered. */
export function isKnownHost(host: string | null, names: ReadonlySet<string>): boolean {
  // HTTP/1.0. Browsers always send one.
  if (host === null || host === '') return true;
  if (/^\[[\da-f:.]+\](:\d*)?$/i.test(host)) return true;
  const name = host.replace(/:\d*$/, '').toLowerCase().replace(/\.$/, '');
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(name)) return true;
  return name === 'localhost' || name.endsWith('.localhost') || names.has(name);
}

/**
 * Whether a page of another site has caused the request without the user going there: `fetch`, an image, a stream. It
 * could read nothing, but it could take streams away. Browsers say so in `Sec-Fetch-Site`.
 */
export function isForeign(headers: { get(name: string): string | null }): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== 'cross-site' && site !== 'same-site') return false;
  return headers.get('sec-fetch-mode') !== 'navigate';
}
