// Four ways to come to a server, all measured, since each hides another failure:
//
//   established   many clients with a connection each; who was idle longest sends next
//   pool          one client that takes the connection it used last, and opens another when all are busy
//   bounded pool  the same, but of 256 connections; a request that finds them busy waits in the client
//   fresh         a connection for each request
//
// Who gives up closes the connection, as HTTP clients do, and opens another where the model keeps
// them. Requests are numbers; `owner` is the generator:
//
//   isWanted(request)              nobody gave it up while it waited for a connection
//   onSent(request, connection)
//   onAnswer(request, response)
//   onLost(request)                the connection ended under it

import { Connection } from './connection.mjs';
import { Deque } from './deque.mjs';

/** Connections of a pool by its name. Who finds them all busy waits on the client's side, with the clock running. */
const poolMax = { pool: 12_000, 'bounded pool': 256 };
/** Connections under way at once before the run begins, so that no accept queue overflows. */
const connectingMax = 100;
/** A server that refuses connections is not asked in a tight loop. */
const reconnectMs = 10;

export const models = ['established', 'pool', 'bounded pool', 'fresh'];

export function modelFor(name, port, connections, owner) {
  if (name === 'fresh') return new FreshConnections(port, owner);
  return name in poolMax
    ? new Pool(port, poolMax[name], owner)
    : new EstablishedClients(port, connections, owner);
}

/** What the two that keep connections have in common. */
class KeptConnections {
  constructor(port, connectionsMax, owner) {
    this.port = port;
    this.connectionsMax = connectionsMax;
    this.owner = owner;
    this.open = new Set();
    this.connecting = 0;
    /** Some may have closed since. */
    this.idle = new Deque();
    this.waiting = new Deque();
    this.ended = false;
  }

  send(request, text) {
    const connection = this.takeIdle();
    if (connection !== undefined) {
      connection.send(request, text);
      this.owner.onSent(request, connection);
      return;
    }
    this.waiting.push({ request, text });
    this.refill();
  }

  giveUp(connection) {
    this.forget(connection);
    connection.close();
    this.refill();
  }

  end() {
    this.ended = true;
    for (const connection of this.open) connection.close();
  }

  connect() {
    this.connecting++;
    this.open.add(new Connection(this.port, this));
  }

  forget(connection) {
    this.open.delete(connection);
    if (!connection.isConnected) this.connecting--;
  }

  connected(connection) {
    this.connecting--;
    connection.isConnected = true;
    this.rest(connection);
  }

  rest(connection) {
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      if (!this.owner.isWanted(next.request)) continue;
      connection.send(next.request, next.text);
      this.owner.onSent(next.request, connection);
      return;
    }
    this.idle.push(connection);
  }

  answered(connection, response) {
    const { request } = connection;
    connection.request = -1;
    this.owner.onAnswer(request, response);
    if (response.closes) {
      this.forget(connection);
      connection.close();
      this.refill();
    } else this.rest(connection);
  }

  lost(connection) {
    this.forget(connection);
    if (connection.request !== -1) this.owner.onLost(connection.request);
    setTimeout(() => this.refill(), reconnectMs);
  }
}

class EstablishedClients extends KeptConnections {
  async prepare() {
    while (this.idle.size < this.connectionsMax) {
      while (this.connecting < connectingMax && this.open.size < this.connectionsMax) {
        this.connect();
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  takeIdle() {
    let connection = this.idle.shift();
    while (connection?.closed) connection = this.idle.shift();
    return connection;
  }

  refill() {
    if (this.ended) return;
    while (this.open.size < this.connectionsMax) this.connect();
  }
}

class Pool extends KeptConnections {
  async prepare() {}

  takeIdle() {
    let connection = this.idle.pop();
    while (connection?.closed) connection = this.idle.pop();
    return connection;
  }

  refill() {
    if (this.ended) return;
    while (this.waiting.size > this.connecting && this.open.size < this.connectionsMax) {
      this.connect();
    }
  }
}

class FreshConnections {
  constructor(port, owner) {
    this.port = port;
    this.owner = owner;
    this.open = new Set();
  }

  async prepare() {}

  send(request, text) {
    const connection = new Connection(this.port, this);
    this.open.add(connection);
    connection.send(request, text);
    this.owner.onSent(request, connection);
  }

  giveUp(connection) {
    this.open.delete(connection);
    connection.close();
  }

  end() {
    for (const connection of this.open) connection.close();
  }

  connected() {}

  answered(connection, response) {
    this.open.delete(connection);
    connection.close();
    this.owner.onAnswer(connection.request, response);
  }

  lost(connection) {
    this.open.delete(connection);
    this.owner.onLost(connection.request);
  }
}
