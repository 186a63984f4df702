// What several processes that share their sockets need of listening, beyond the public API.

export { knowsReusePort } from './socket-options.js';
export { type GivenSocket, type SocketSource, takeSocketsFrom } from './socket-source.js';
export { removeDeadSocket } from './unix-socket.js';
