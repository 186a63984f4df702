// The read side of a bare handle: whether Node reads, and what happens to bytes and FIN that arrive.
// It knows nothing of memory and of writing.

import { go, never, stay } from '../../fsm/machine/transition.js';
import type { SideTable } from './side-machine.js';

export const HANDLE_READ_STATES = [
  /** Nothing is read before `attach`. */
  'new',
  /** Paused before `attach`. */
  'newPaused',
  /** The sink gets all bytes. */
  'flowing',
  /** The sink gets all bytes. The last read was full, so that more bytes wait in the kernel. */
  'brimming',
  /** Paused, nothing held. Node reads on, because only a read shows a reset. */
  'watching',
  /** Paused, nothing held. Node does not read, because bytes wait in the kernel. */
  'stopped',
  /** Paused. The bytes of one read are held, and Node does not read. */
  'holding',
  /** Paused. The FIN is held. */
  'holdingFin',
  /** The pause is over. The sink gets the held bytes in a tick. */
  'releasing',
  /** The pause is over. The sink gets the held FIN in a tick. */
  'releasingFin',
  /** The sink has got the FIN. */
  'ended',
  /** Closed by us or broken. The sink gets nothing more. */
  'closed',
] as const;
export type HandleReadState = (typeof HANDLE_READ_STATES)[number];

export const HANDLE_READ_EVENTS = [
  /** A sink is there. */
  'attach',
  /** Bytes were read, fewer than a full read. */
  'bytes',
  /** Bytes were read, a full read. */
  'bytesFull',
  /** The FIN was read. libuv has stopped reading by itself. */
  'fin',
  'pause',
  'resume',
  /** The tick of a `resume`. Each `resume` may have one, so that it may come late. */
  'release',
  /** The same, where a full read is held. */
  'releaseFull',
  /** The handle is being closed or reset. */
  'close',
] as const;
export type HandleReadEvent = (typeof HANDLE_READ_EVENTS)[number];

export const HANDLE_READ_ORDERS = [
  /** Node reads from now on. */
  'start',
  /** Node stops reading. */
  'stop',
  /** The sink gets the bytes that were read. */
  'tell',
  /** Node stops reading, and the bytes that were read are held. */
  'hold',
  /** The sink gets the FIN. */
  'tellFin',
  /** A tick is asked for, since no sink is called from within `resume`. */
  'releaseSoon',
  /** Node reads from now on, and the sink gets the held bytes. */
  'tellHeld',
] as const;
export type HandleReadOrder = (typeof HANDLE_READ_ORDERS)[number];

/** Built in a function, so that a test can build it again. */
export function handleReadSide(): SideTable<HandleReadState, HandleReadEvent, HandleReadOrder> {
  return {
    name: 'read side of a handle',
    states: HANDLE_READ_STATES,
    events: HANDLE_READ_EVENTS,
    orders: HANDLE_READ_ORDERS,
    table: {
      new: {
        attach: go('flowing', 'start'),
        bytes: never,
        bytesFull: never,
        fin: never,
        pause: go('newPaused'),
        resume: stay,
        release: never,
        releaseFull: never,
        close: go('closed'),
      },
      newPaused: {
        attach: go('watching', 'start'),
        bytes: never,
        bytesFull: never,
        fin: never,
        pause: stay,
        resume: go('new'),
        release: never,
        releaseFull: never,
        close: go('closed'),
      },
      flowing: {
        attach: never,
        bytes: go('flowing', 'tell'),
        bytesFull: go('brimming', 'tell'),
        fin: go('ended', 'tellFin'),
        pause: go('watching'),
        resume: stay,
        release: stay,
        releaseFull: never,
        close: go('closed', 'stop'),
      },
      brimming: {
        attach: never,
        bytes: go('flowing', 'tell'),
        bytesFull: go('brimming', 'tell'),
        fin: go('ended', 'tellFin'),
        // Node would read the bytes that wait at once, and they would be held here.
        pause: go('stopped', 'stop'),
        resume: stay,
        release: stay,
        releaseFull: never,
        close: go('closed', 'stop'),
      },
      watching: {
        attach: never,
        bytes: go('holding', 'hold'),
        bytesFull: go('holding', 'hold'),
        fin: go('holdingFin'),
        pause: stay,
        resume: go('flowing'),
        release: stay,
        releaseFull: never,
        close: go('closed', 'stop'),
      },
      stopped: {
        attach: never,
        bytes: never,
        bytesFull: never,
        fin: never,
        pause: stay,
        resume: go('brimming', 'start'),
        release: stay,
        releaseFull: never,
        close: go('closed'),
      },
      holding: {
        attach: never,
        bytes: never,
        bytesFull: never,
        fin: never,
        pause: stay,
        resume: go('releasing', 'releaseSoon'),
        // There was another pause meanwhile.
        release: stay,
        releaseFull: stay,
        close: go('closed'),
      },
      holdingFin: {
        attach: never,
        bytes: never,
        bytesFull: never,
        fin: never,
        pause: stay,
        resume: go('releasingFin', 'releaseSoon'),
        // There was another pause meanwhile.
        release: stay,
        releaseFull: never,
        close: go('closed'),
      },
      releasing: {
        attach: never,
        bytes: never,
        bytesFull: never,
        fin: never,
        pause: go('holding'),
        resume: stay,
        release: go('flowing', 'tellHeld'),
        releaseFull: go('brimming', 'tellHeld'),
        close: go('closed'),
      },
      releasingFin: {
        attach: never,
        bytes: never,
        bytesFull: never,
        fin: never,
        pause: go('holdingFin'),
        resume: stay,
        release: go('ended', 'tellFin'),
        releaseFull: never,
        close: go('closed'),
      },
      ended: {
        attach: never,
        bytes: never,
        bytesFull: never,
        fin: never,
        pause: stay,
        resume: stay,
        release: stay,
        releaseFull: never,
        close: go('closed'),
      },
      closed: {
        attach: stay,
        bytes: stay,
        bytesFull: stay,
        fin: stay,
        pause: stay,
        resume: stay,
        release: stay,
        releaseFull: stay,
        close: stay,
      },
    },
  };
}
