// The ways by which an open loop comes to a server. Each lends a call its connection, takes it back behind the answer, and
// knows what follows where a client that gave up has closed one.

export function connection() {
  return {
    isAccepted: false,
    isInBacklog: false,
    isBusy: false,
    isGone: false,
    isClosed: false,
    onConnected: undefined,
    pending: null,
    restsUntil: 0,
    countedIn: -1,
  };
}

/** Connections for which calls wait in their client, where no server sees them. */
class SharedConnections {
  free = [];
  waiting = [];

  giveBack(own) {
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      if (next.isOver) continue;
      next.over(own);
      return;
    }
    this.free.push(own);
  }
}

/** They were opened before. The one that was idle longest is next. */
class EstablishedConnections extends SharedConnections {
  constructor(_loop, count) {
    super();
    for (let i = 0; i < count; i++) this.free.push({ ...connection(), isAccepted: true });
  }

  lend(call) {
    const own = this.free.shift();
    if (own === undefined) this.waiting.push(call);
    else call.over(own);
  }

  replace() {
    this.giveBack(connection());
  }
}

/** The one that was used last is next. Calls that wait open more, within the bound. */
class BoundedPool extends SharedConnections {
  constructor(loop, count) {
    super();
    this.loop = loop;
    this.most = count;
    this.open = 0;
    this.connecting = 0;
  }

  lend(call) {
    const own = this.free.pop();
    if (own === undefined) {
      this.waiting.push(call);
      this.refill();
    } else call.over(own);
  }

  replace() {
    this.open--;
    this.refill();
  }

  refill() {
    while (this.waiting.length > this.connecting && this.open < this.most) {
      this.open++;
      this.connecting++;
      const own = connection();
      own.onConnected = () => {
        this.connecting--;
        this.giveBack(own);
      };
      this.loop.connect(own);
    }
  }
}

/** The one that was used last is next. A call that finds none opens one of its own. */
class Pool {
  free = [];

  lend(call) {
    call.over(this.free.pop() ?? connection());
  }

  giveBack(own) {
    this.free.push(own);
  }

  replace() {}
}

/** One for each call. */
class FreshConnections {
  constructor(loop) {
    this.loop = loop;
  }

  lend(call) {
    call.over(connection());
  }

  giveBack(own) {
    this.loop.leave(own);
  }

  replace() {}
}

/** By the names that worlds.mjs has for them. */
export const models = {
  established: EstablishedConnections,
  'bounded pool': BoundedPool,
  pool: Pool,
  fresh: FreshConnections,
};
