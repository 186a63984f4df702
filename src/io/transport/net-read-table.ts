// The read side of a socket. Node holds the bytes that arrive during a pause. A FIN it does not hold.

import { go, never, stay } from '../../fsm/machine/transition.js';
import type { SideTable } from './side-machine.js';

export const NET_READ_STATES = [
  /** The sink gets all bytes. */
  'flowing',
  /** The socket is paused. */
  'paused',
  /** Paused. The FIN is held. */
  'holdingFin',
  /** The pause is over. The sink gets the held FIN in a tick. */
  'releasingFin',
  /** The sink has got the FIN. */
  'ended',
  /** Closed by us or broken. The sink gets nothing more. */
  'closed',
] as const;
export type NetReadState = (typeof NET_READ_STATES)[number];

export const NET_READ_EVENTS = [
  'bytes',
  /** Node's 'end'. It does not wait for the end of a pause that began after the last byte. */
  'fin',
  'pause',
  'resume',
  /** The tick of a `resume`. Each `resume` may have one, so that it may come late. */
  'release',
  /** The socket is being closed or reset. */
  'close',
] as const;
export type NetReadEvent = (typeof NET_READ_EVENTS)[number];

export const NET_READ_ORDERS = [
  /** The socket is paused. */
  'pause',
  /** The socket is resumed. */
  'resume',
  /** The sink gets the bytes. */
  'tell',
  /** The sink gets the FIN. */
  'tellFin',
  /** A tick is asked for, since no sink is called from within `resume`. */
  'releaseSoon',
] as const;
export type NetReadOrder = (typeof NET_READ_ORDERS)[number];

/** Built in a function, so that a test can build it again. */
export function netReadSide(): SideTable<NetReadState, NetReadEvent, NetReadOrder> {
  return {
    name: 'read side of a socket',
    states: NET_READ_STATES,
    events: NET_READ_EVENTS,
    orders: NET_READ_ORDERS,
    table: {
      flowing: {
        bytes: go('flowing', 'tell'),
        fin: go('ended', 'tellFin'),
        pause: go('paused', 'pause'),
        resume: stay,
        release: stay,
        close: go('closed'),
      },
      paused: {
        bytes: never,
        fin: go('holdingFin'),
        pause: stay,
        resume: go('flowing', 'resume'),
        release: stay,
        close: go('closed'),
      },
      holdingFin: {
        bytes: never,
        fin: never,
        pause: stay,
        resume: go('releasingFin', 'releaseSoon'),
        // There was another pause meanwhile.
        release: stay,
        close: go('closed'),
      },
      releasingFin: {
        bytes: never,
        fin: never,
        pause: go('holdingFin'),
        resume: stay,
        release: go('ended', 'tellFin'),
        close: go('closed'),
      },
      ended: {
        bytes: never,
        // Under TLS, the end was read at the handle. Node's 'end' follows.
        fin: stay,
        pause: stay,
        resume: stay,
        release: stay,
        close: go('closed'),
      },
      closed: {
        bytes: stay,
        fin: stay,
        pause: stay,
        resume: stay,
        release: stay,
        close: stay,
      },
    },
  };
}
