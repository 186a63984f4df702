// The clocks of one connection, whose state the test chooses, and all that they tell it.

import { Clocks } from '../../src/conn/clock/clocks.js';
import { type ClockOwner, ConnectionClocks } from '../../src/conn/clock/connection-clocks.js';
import { Lifecycle } from '../../src/conn/machine/lifecycle.js';
import { DEFAULT_LIMITS, type Limits } from '../../src/fsm/limits.js';
import { type EventId, EventIds } from '../../src/fsm/machine/machine.js';
import type { DeadlineList } from '../../src/fsm/time/deadlines.js';
import { RecordingTransport } from './recording-transport.js';

class Line extends RecordingTransport {
  override unflushedBytes = 0;
}

/** A connection in a state that the test chose, and all that its clocks told it. */
class Owner implements ClockOwner {
  readonly life = new Lifecycle(1, undefined);
  readonly transport = new Line();
  readonly receiver = {
    input: { ended: false },
    resting: true,
    full: false,
    look: 0,
    consumedBytes: 0,
    lookAhead: (_bytesMax: number, look: number) => {
      this.receiver.look = look;
    },
  };
  readonly told: unknown[] = [];
  contentAwaited = false;
  toldKeepAlive = false;
  silenceIsFault = false;
  sentBytes = 0;
  wakeUps = 0;
  readonly conversation = {
    timeOut: () => this.told.push('timeOut'),
    lookAhead: () => this.told.push('lookAhead'),
    lookPast: () => this.told.push('lookPast'),
  };
  readonly ending = {
    cut: (reason: string) => this.told.push(reason),
    drain: () => this.told.push('drain'),
    makeRoom: (before: number) => this.told.push(['makeRoom', before]),
  };

  expire(what: (owner: ClockOwner) => void): void {
    this.wakeUps++;
    what(this);
  }

  fire(event: EventId): void {
    this.told.push(event);
  }

  late(fault: number): void {
    this.told.push(['late', fault]);
  }
}

export class ClockScene {
  readonly owner = new Owner();
  readonly lists: Clocks;
  readonly clocks: ConnectionClocks;

  constructor(bytesPerSecondMin = 100, limits: Partial<Limits> = {}) {
    this.lists = new Clocks({ ...DEFAULT_LIMITS, ...limits });
    this.clocks = new ConnectionClocks(this.owner, this.lists, bytesPerSecondMin);
  }

  move(...events: (keyof typeof EventIds)[]): this {
    for (const event of events) this.owner.life.move(EventIds[event] as EventId);
    return this;
  }

  follow(now: number, progressed = false): this {
    this.clocks.follow(progressed, now);
    return this;
  }

  /** What runs, with the time at which it is due. */
  get running(): Record<string, number> {
    return Object.fromEntries(
      this.lists.deadlines.lists.flatMap(({ name, first }) =>
        first === undefined ? [] : [[name, first.dueMs]],
      ),
    );
  }

  /** What is told when `list` expires at `now`, whether it was armed or not. */
  expire(list: DeadlineList, now = 0): unknown[] {
    this.clocks.expired(list, now);
    return this.owner.told.splice(0);
  }

  /** What is told up to and at `now`, everything in its time. */
  at(now: number): unknown[] {
    this.lists.deadlines.expire(now);
    return this.owner.told.splice(0);
  }
}
