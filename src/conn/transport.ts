// The port through which a connection touches the outside world: bytes, their
// end, and nothing else. Sockets (`src/io`) and the simulated network
// (`src/testing`) both implement it, so that all above runs unchanged on either.

/** The address of one end of a transport. */
export interface TransportAddress {
  /** IP address or, for a Unix domain socket, an empty string. */
  readonly address: string;
  /** TCP port; 0 where the transport has none. */
  readonly port: number;
  /**
   * A proxy forwards somebody whose address it can't tell. The address is the proxy's, and the words
   * are not.
   */
  readonly isUnnamed?: true;
}

/** Both ends of a transport. */
export interface TransportEnds {
  readonly remote: TransportAddress;
  readonly local: TransportAddress;
}

/** What the TLS handshake told of the client. */
export interface TlsFacts {
  /** The host name that the client asked for. */
  readonly serverName: string | undefined;
  /** Made when it is asked for; undefined where the client showed none, or has left. */
  readonly clientCertificate: ClientCertificate | undefined;
}

/** Names in a certificate: `{ CN: 'client', O: 'Example' }`. */
export type CertificateNames = Readonly<Record<string, string | readonly string[]>>;

/** The certificate of a client, as node:tls describes it. */
export interface ClientCertificate {
  /** It was verified. False is possible only with `rejectUnauthorized: false`: then anybody can have made it. */
  readonly authorized: boolean;
  /** Why it was not, as a code of OpenSSL's: `DEPTH_ZERO_SELF_SIGNED_CERT`. */
  readonly authorizationError?: string;
  readonly subject: CertificateNames;
  readonly issuer: CertificateNames;
  /** `DNS:a.example, IP Address:…` */
  readonly subjectaltname?: string;
  readonly valid_from: string;
  readonly valid_to: string;
  readonly fingerprint256: string;
  readonly serialNumber: string;
  /** The certificate in DER. */
  readonly raw: Uint8Array;
}

/**
 * One byte stream to one peer, half-closable on both sides.
 *
 * Writes are accepted at once and always; whoever writes watches
 * {@link Transport.unflushedBytes} and stops pulling from its sources when it
 * grows. `write` never calls back into its sink synchronously, nor do `end`,
 * `destroy`, `reset`, `pause` and `resume`.
 */
export interface Transport {
  readonly remote: TransportAddress;
  readonly local: TransportAddress;
  /** True where the bytes travel under TLS. */
  readonly encrypted: boolean;
  /** Undefined without TLS. */
  readonly tls?: TlsFacts | undefined;
  /** The stream of Node's below it, where there is one. */
  readonly stream?: object;
  /** Tells those who listen at that stream of an error that was found above it. Nothing follows from that here. */
  tellStream?(error: Error): void;

  /** Bytes written that the operating system has not taken yet. */
  readonly unflushedBytes: number;
  /** Bytes of memory that this keeps: a write is held as a whole until its last byte was taken. */
  readonly retainedBytes: number;
  /** Bytes that came and are held on this side of the operating system, for a reader that has paused. */
  readonly unreadBytes: number;

  /** Appends bytes. A string is latin1: one byte a character. */
  write(bytes: Uint8Array | string): void;
  /** The same as a `write` of each, in one call of the operating system where that can be. */
  writeAll(pieces: readonly (Uint8Array | string)[]): void;
  /** Sends FIN once all that was written is flushed. Reading goes on. */
  end(): void;
  /** Closes both ways now; unflushed bytes are dropped. No event follows. */
  destroy(): void;
  /** As `destroy`, but with a reset, so that the peer can't take what it has for the whole. No event follows. */
  reset(): void;
  /** Stops `onBytes` and `onFin` until `resume`. Idempotent. */
  pause(): void;
  resume(): void;
  /**
   * From now on, what comes may be lent to `borrower` and is then not told the
   * sink; undefined, as at first: nothing is. A transport that has no use for this
   * does nothing.
   */
  lendTo(borrower: Borrower | undefined): void;
}

/** A transport that begins with something before HTTP, and whose ends that may change. */
export interface ArrivingTransport extends Transport {
  /** From now on the ends are these: a proxy has said whose connection it is. */
  standFor(ends: TransportEnds): void;
  /** From now on `sink` hears of what happens. May be called within an event. */
  passTo(sink: TransportSink): void;
}

/** What a transport reads at once where there is enough: Node's handles and sockets do. */
export const FULL_READ_BYTES: number = 64 * 1024;

/** Who needs the memory of what comes no longer than for the call. */
export interface Borrower {
  /**
   * Bytes came, the first `length` of `memory`, which is the transport's again
   * when this returns. It is often the same memory.
   */
  onLent(memory: Uint8Array, length: number, now: number): void;
}

/**
 * What a transport tells. `now` is the monotonic clock in milliseconds, read
 * once for the wake-up in which the event happened.
 */
export interface TransportSink {
  /**
   * Bytes came. They belong to the sink from here on: the transport never
   * writes to that memory again.
   */
  onBytes(bytes: Uint8Array, now: number): void;
  /** The peer sent FIN: no byte follows. */
  onFin(now: number): void;
  /** All that had been written is flushed: `unflushedBytes` fell to 0. Told only for writes that were not flushed at once. */
  onFlushed(now: number): void;
  /** The connection broke (reset, write to a closed peer, network error). Last event. */
  onReset(now: number, error: Error | undefined): void;
}
