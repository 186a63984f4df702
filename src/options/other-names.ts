// Names of our options in other servers (node:http, Bun, Deno, srvx, Fastify, undici, nginx), for
// the hint in the error about an unknown option. A value is the full name of the option, or a call
// to use instead.

/** Unknown names in lower case, and the option that each name means. */
export type OtherNames = Readonly<Record<string, string>>;

const handlerNames: OtherNames = {
  handler: 'fetch',
  handle: 'fetch',
  listener: 'fetch',
  requestlistener: 'fetch',
  onrequest: 'fetch',
  request: 'fetch',
  app: 'fetch',
};

const limitNames: OtherNames = {
  maxheadersize: 'limits.headBytesMax',
  maxheaderbytes: 'limits.headBytesMax',
  maxheaderscount: 'limits.fieldCountMax',
  maxheaders: 'limits.fieldCountMax',
  headerstimeout: 'limits.headMs',
  requesttimeout: 'limits.handlerMs',
  handlertimeout: 'limits.handlerMs',
  readheadertimeout: 'limits.headMs',
  timeout: 'limits.handlerMs',
  timeoutms: 'limits.handlerMs',
  idletimeout: 'limits.keepAliveMs',
  keepalivetimeout: 'limits.keepAliveMs',
  maxrequestspersocket: 'limits.requestsPerConnectionMax',
  maxrequests: 'limits.requestsPerConnectionMax',
  maxconnections: 'limits.connectionsMax',
  bodylimit: 'limits.bodyBytesMax',
  maxbodysize: 'limits.bodyBytesMax',
  maxrequestbodysize: 'limits.bodyBytesMax',
  clientmaxbodysize: 'limits.bodyBytesMax',
  bodytimeout: 'limits.bodyIdleMs',
  writetimeout: 'limits.writeStallMs',
  memorymax: 'limits.bufferedBytesMax',
};

/** For `createServer`. */
export const SERVER_OTHER_NAMES: OtherNames = {
  ...limitNames,
  ...handlerNames,
  port: 'server.listen({ port })',
  host: 'server.listen({ host })',
  hostname: 'server.listen({ host })',
  path: 'server.listen({ path })',
  unix: 'server.listen({ path })',
  socket: 'server.listen({ path })',
  backlog: 'server.listen({ backlog })',
  tls: 'server.listen({ tls })',
  https: 'server.listen({ tls })',
  ssl: 'server.listen({ tls })',
  cert: 'server.listen({ tls: { key, cert } })',
  handshaketimeout: 'limits.handshakeMs',
  handshakems: 'limits.handshakeMs',
  gracems: 'server.close({ graceMs })',
  grace: 'server.close({ graceMs })',
  gracefulshutdown: 'server.close({ graceMs })',
  readinessdelayms: 'server.close({ readinessDelayMs })',
  error: 'onError',
  errorhandler: 'onError',
  onclienterror: 'onFault',
  clienterror: 'onFault',
  maxconcurrency: 'concurrency',
  maxinflight: 'concurrency',
  threads: 'concurrency',
  maxpending: 'queue.entriesMax',
  key: 'clientKey',
  observers: 'observer',
  traces: 'trace',
  tracing: 'trace',
  traceconnections: 'trace: { connections }',
  healthcheck: 'health',
  trustproxy: 'trustedProxies',
  trust: 'trustedProxies',
  proxy: 'trustedProxies',
  proxyprotocol: 'server.listen({ proxyProtocol })',
  // Names of limits, given outside of `limits`.
  headbytesmax: 'limits.headBytesMax',
  bodybytesmax: 'limits.bodyBytesMax',
  handlerms: 'limits.handlerMs',
  keepalivems: 'limits.keepAliveMs',
  connectionsmax: 'limits.connectionsMax',
};

/** For the object `limits`. */
export const LIMIT_OTHER_NAMES: OtherNames = {
  ...limitNames,
  concurrency: 'concurrency, beside limits',
};

/** For `listen`. */
export const LISTEN_OTHER_NAMES: OtherNames = {
  hostname: 'host',
  address: 'host',
  interface: 'host',
  bind: 'host',
  portnumber: 'port',
  socket: 'path',
  socketpath: 'path',
  unix: 'path',
  pipe: 'path',
  filedescriptor: 'fd',
  keepalivems: 'keepAlive: { initialDelayMs }',
  keepaliveinitialdelay: 'keepAlive: { initialDelayMs }',
  initialdelayms: 'keepAlive: { initialDelayMs }',
  permissions: 'mode',
  chmod: 'mode',
  fetch: 'createServer({ fetch })',
  onlisten: 'the promise that listen() gives',
  callback: 'the promise that listen() gives',
  https: 'tls',
  ssl: 'tls',
  key: 'tls: { key, cert }',
  cert: 'tls: { key, cert }',
  acceptproxy: 'proxyProtocol',
  proxy: 'proxyProtocol',
  trustedproxies: 'createServer({ trustedProxies })',
};

/** For the object `tls` of `listen`. */
export const TLS_OTHER_NAMES: OtherNames = {
  alpnprotocols: 'nothing: http/1.1 is what this server speaks',
  alpncallback: 'nothing: http/1.1 is what this server speaks',
  handshaketimeout: 'limits.handshakeMs',
  secureprotocol: 'minVersion',
  servername: 'serverName',
  hostname: 'serverName',
  host: 'serverName',
  privatekey: 'key',
  certificate: 'cert',
  certs: 'cert',
  chain: 'cert, which takes the whole chain',
  cafile: 'ca',
  keyfile: 'key, which takes the content of the file',
  certfile: 'cert, which takes the content of the file',
  keypath: 'key, which takes the content of the file',
  certpath: 'cert, which takes the content of the file',
  password: 'passphrase',
  sni: 'SNICallback',
  clientauth: 'requestCert',
  mtls: 'requestCert',
};

/** For `close`. */
export const CLOSE_OTHER_NAMES: OtherNames = {
  timeout: 'graceMs',
  timeoutms: 'graceMs',
  graceperiod: 'graceMs',
  gracetime: 'graceMs',
  graceperiodms: 'graceMs',
  draintimeout: 'graceMs',
  draintimeoutms: 'graceMs',
  drainms: 'graceMs',
  delay: 'readinessDelayMs',
  delayms: 'readinessDelayMs',
  readinessms: 'readinessDelayMs',
};

/** For `reply` and `reply.with`. */
export const REPLY_OTHER_NAMES: OtherNames = {
  code: 'status',
  statuscode: 'status',
  statusmessage: 'statusText',
  reason: 'statusText',
  fields: 'headers',
  type: "headers: { 'Content-Type': … }",
  contenttype: "headers: { 'Content-Type': … }",
};

/** For `concurrency`. */
export const CONCURRENCY_OTHER_NAMES: OtherNames = {
  limit: 'concurrency.initial',
  value: 'concurrency.initial',
  start: 'concurrency.initial',
  type: 'concurrency.algorithm',
  strategy: 'concurrency.algorithm',
  minimum: 'concurrency.min',
  maximum: 'concurrency.max',
};

/** For `queue`. */
export const QUEUE_OTHER_NAMES: OtherNames = {
  size: 'queue.entriesMax',
  max: 'queue.entriesMax',
  length: 'queue.entriesMax',
  maxlength: 'queue.entriesMax',
  timeout: 'queue.waitMs',
  timeoutms: 'queue.waitMs',
  maxwait: 'queue.waitMs',
  target: 'queue.targetMs',
  type: 'queue.law',
};

/** For `run` of a limiter. */
export const RUN_OTHER_NAMES: OtherNames = {
  timeout: 'deadline',
  timeoutms: 'deadline',
  deadlinems: 'deadline',
  clientkey: 'key',
  abortsignal: 'signal',
};

/** For `staticFiles`. */
export const STATIC_OTHER_NAMES: OtherNames = {
  maxage: "cacheControl: 'max-age=…'",
  cachesize: 'cacheBytesMax',
  headers: 'cacheControl',
  fallback: 'notFoundPage',
  notfound: 'notFoundPage',
  indexes: 'index',
  dotfile: 'dotfiles',
  base: 'prefix',
};

/** For an observer: names of its methods in other servers. */
export const OBSERVER_OTHER_NAMES: OtherNames = {
  onrequest: 'requestStarted',
  onresponse: 'requestCompleted',
  onfinish: 'requestCompleted',
  onconnection: 'connectionOpened',
  onconnect: 'connectionOpened',
  onclose: 'connectionClosed',
  ondisconnect: 'connectionClosed',
  onrefused: 'requestRefused',
  onerror: 'createServer({ onError })',
  onfault: 'createServer({ onFault })',
};

/** For `runWorkers`. */
export const WORKERS_OTHER_NAMES: OtherNames = {
  workers: 'count',
  instances: 'count',
  processes: 'count',
  size: 'count',
  threads: 'count',
  worker: 'start',
  run: 'start',
  fetch: 'start: async () => { const server = createServer({ fetch }); … }',
  port: 'start: async () => { … await server.listen({ port }); return server; }',
  grace: 'graceMs',
  timeout: 'graceMs',
  lifetime: 'graceMs',
  starttimeout: 'startMs',
  readytimeout: 'startMs',
  readyms: 'startMs',
  onmessage: 'onEvent',
  onexit: 'onEvent',
  log: 'onEvent',
};

/** For `statusPage`. */
export const STATUS_OTHER_NAMES: OtherNames = {
  servers: 'server',
  app: 'server',
  name: 'title',
  host: 'hosts',
  hostname: 'hosts',
  allowedhosts: 'hosts',
  port: 'createServer({ fetch: statusPage(…) }).listen({ port })',
  maxstreams: 'streamsMax',
  streams: 'streamsMax',
  clientsmax: 'streamsMax',
};
