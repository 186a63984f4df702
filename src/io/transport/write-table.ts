// The write side of a transport over a handle or a socket: where our bytes and our FIN are, and which
// end the descriptor takes. It knows nothing of reading.

import { go, never, stay } from '../../fsm/machine/transition.js';
import type { SideTable } from './side-machine.js';

export const WRITE_STATES = [
  /** The kernel has taken all bytes. */
  'flushed',
  /** Bytes wait for the kernel to take them. */
  'flushing',
  /** Bytes wait, and our FIN waits behind them. */
  'ending',
  /** A shutdown is under way, for a turn. */
  'shuttingDown',
  /** The shutdown is over: our FIN is sent, or nobody is there to get it. */
  'shut',
  /** A call failed at once. The sink is told in a tick. */
  'broken',
  /** Closed by us. The reset waits for the shutdown. */
  'resetting',
  /** Closed by us or broken. */
  'closed',
] as const;
export type WriteState = (typeof WRITE_STATES)[number];

export const WRITE_EVENTS = [
  /** Bytes are to be written. */
  'write',
  /** The kernel has not taken all bytes of a write. */
  'retained',
  /** The kernel has taken the last byte that waited. */
  'drained',
  /** Our FIN is to be sent. */
  'end',
  /** The shutdown is over. */
  'shutDownOver',
  /** A call failed at once. */
  'fail',
  /** The descriptor is to be closed. */
  'close',
  /** The descriptor is to be closed with a reset. */
  'reset',
] as const;
export type WriteEvent = (typeof WRITE_EVENTS)[number];

export const WRITE_ORDERS = [
  /** The bytes are handed over. */
  'send',
  /** The shutdown is started. */
  'shutDown',
  /** The sink is told that all is flushed. */
  'tellFlushed',
  /** The shutdown is started, and the sink is told that all is flushed. */
  'shutDownFlushed',
  /** The descriptor is closed. */
  'close',
  /** The descriptor is reset. */
  'reset',
] as const;
export type WriteOrder = (typeof WRITE_ORDERS)[number];

/** Built in a function, so that a test can build it again. */
export function writeSide(): SideTable<WriteState, WriteEvent, WriteOrder> {
  return {
    name: 'write side',
    states: WRITE_STATES,
    events: WRITE_EVENTS,
    orders: WRITE_ORDERS,
    table: {
      flushed: {
        write: go('flushed', 'send'),
        retained: go('flushing'),
        drained: never,
        end: go('shuttingDown', 'shutDown'),
        shutDownOver: never,
        fail: go('broken'),
        close: go('closed', 'close'),
        reset: go('closed', 'reset'),
      },
      flushing: {
        write: go('flushing', 'send'),
        retained: stay,
        drained: go('flushed', 'tellFlushed'),
        // A descriptor in the middle of a shutdown can't be reset. So the shutdown begins only when it can end at once.
        end: go('ending'),
        shutDownOver: never,
        fail: go('broken'),
        close: go('closed', 'close'),
        reset: go('closed', 'reset'),
      },
      ending: {
        write: never,
        retained: never,
        drained: go('shuttingDown', 'shutDownFlushed'),
        end: stay,
        shutDownOver: never,
        // What failed was a read: the sink is told in a tick, whatever becomes of the FIN.
        fail: stay,
        close: go('closed', 'close'),
        reset: go('closed', 'reset'),
      },
      shuttingDown: {
        write: never,
        retained: never,
        drained: never,
        end: stay,
        shutDownOver: go('shut'),
        // A reset must go on waiting for the shutdown.
        fail: stay,
        close: go('closed', 'close'),
        // libuv refuses to reset now (EINVAL), and Node then forgets the descriptor without closing it.
        reset: go('resetting'),
      },
      shut: {
        write: never,
        retained: never,
        drained: never,
        end: stay,
        shutDownOver: never,
        fail: stay,
        close: go('closed', 'close'),
        reset: go('closed', 'reset'),
      },
      broken: {
        write: stay,
        retained: never,
        drained: stay,
        end: stay,
        shutDownOver: never,
        fail: stay,
        close: go('closed', 'close'),
        reset: go('closed', 'reset'),
      },
      resetting: {
        write: stay,
        retained: never,
        drained: never,
        end: stay,
        shutDownOver: go('closed', 'reset'),
        fail: never,
        close: stay,
        reset: stay,
      },
      closed: {
        write: stay,
        retained: never,
        // libuv tells of the writes and of the shutdown that the closing has cancelled.
        drained: stay,
        end: stay,
        shutDownOver: stay,
        fail: never,
        close: stay,
        reset: stay,
      },
    },
  };
}
