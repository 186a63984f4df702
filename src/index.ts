// The public API.

export type { CloseOptions, CloseReport } from './closing.js';
export type { ErrorPageFault, MakeErrorPage } from './conn/fault/error-pages.js';
export { ABORT_REASONS, type AbortReason, RequestAborted } from './conn/handler/abort.js';
export type { AdmissionHead, HealthPaths } from './conn/handler/admission.js';
export type { Completion } from './conn/handler/context.js';
export { RequestContext } from './conn/handler/context.js';
export type { Answer, FetchHandler } from './conn/handler/handler.js';
export type { RequestMessage } from './conn/handler/request-channel.js';
export type { TraceOptions } from './conn/machine/traces.js';
export type { CertificateNames, ClientCertificate } from './conn/transport.js';
export type { Limits } from './fsm/limits.js';
export { DEFAULT_LIMITS } from './fsm/limits.js';
export type { Phase } from './fsm/machine/phase.js';
export type { AddressList, TrustedProxiesOption } from './fsm/proxy/trusted-proxies.js';
export type { FieldsInit } from './http/reply/field-lines.js';
export {
  Reply,
  type ReplyBody,
  type ReplyChange,
  type ReplyInit,
  type ReplyMaker,
  reply,
} from './http/reply/reply.js';
export { ReplyError, type ReplyErrorCode } from './http/reply/reply-error.js';
export type { TrailersInit } from './http/reply/trailers.js';
export { BodyError } from './http/request/body-error.js';
export type { Tunnel } from './http/tunnel/tunnel.js';
export { UpgradeError, type UpgradeErrorCode } from './http/tunnel/upgrade-error.js';
export type { UpgradeInit } from './http/tunnel/upgrade-head.js';
export type { BoundAddress, ListenAddress } from './io/listen/listen-address.js';
export type { KeepAliveOptions, SocketOptions } from './io/listen/socket-options.js';
export type {
  Pem,
  TlsCertificate,
  TlsContextOptions,
  TlsOptions,
  TlsVersion,
} from './io/tls/tls-options.js';
export type { ConcurrencyOption, QueueOption } from './limiter/options.js';
export type { Priority } from './limiter/ticket.js';
export type {
  ConnectionClosed,
  ConnectionEnd,
  ConnectionOpened,
  ConnectionRefused,
  FaultReport,
  LimitChanged,
  Observer,
  RequestCompleted,
  RequestEnd,
  RequestRecordHead,
  RequestRefused,
  RequestStarted,
  TracedTransition,
  Transition,
} from './observe/observer.js';
export { createServer, type Server, type ServerStats } from './server.js';
export type { ServerOptions } from './server-options.js';
