// What a header of the PROXY protocol says of a connection: who connected to the proxy, and where.

/** One end of the connection that the proxy forwards. */
export interface ProxyAddress {
  /** An IP address in canonical text; empty for a Unix domain socket. */
  readonly address: string;
  /** A TCP port; 0 for a Unix domain socket. */
  readonly port: number;
}

/** A header of the PROXY protocol (haproxy's proxy-protocol.txt, §2). */
export interface ProxyHeader {
  readonly version: 1 | 2;
  /**
   * `proxy`: the connection is forwarded for another. `local`: it is the proxy's own, such as a
   * health check. `unknown`: it is forwarded, and the proxy can't say for whom.
   */
  readonly kind: 'proxy' | 'local' | 'unknown';
  /** The client; undefined unless `kind` is `proxy`: then the connection's own addresses hold. */
  readonly source: ProxyAddress | undefined;
  /** The address that the client connected to; undefined where `source` is. */
  readonly destination: ProxyAddress | undefined;
}
