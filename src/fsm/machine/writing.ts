// The writing half of a connection: the progress of the response. It knows nothing of incoming bytes. The
// rules for both halves together are in `joint.ts`.

import type { Action, Event } from './events.js';
import { go, never, stay, type Table } from './transition.js';

export const WRITING_STATES = [
  /** There is no request to answer. */
  'idle',
  /** There is a request. Its short content is being collected. */
  'gathering',
  /** The request waits for admission. */
  'queued',
  /** The handler runs. */
  'pending',
  /** The head of the response was sent; its content is being pulled. */
  'streaming',
  /** The bytes of a tunnel are written as its owner gives them. */
  'tunnel',
  /** The whole response, or all of a tunnel, was given to the transport, and is not sent yet. */
  'flushing',
  /** The response, or all of a tunnel, was sent. */
  'done',
  /** Our FIN was sent; no byte follows it. */
  'shut',
  /** The transport is gone. */
  'closed',
] as const;
export type WritingState = (typeof WRITING_STATES)[number];

/** The events that the writing half hears. Other events leave its state as it is. */
export type WritingEvent = Extract<
  Event,
  | 'requestBare'
  | 'requestGathered'
  | 'requestStreamed'
  | 'contentEnd'
  | 'fault'
  | 'finEarly'
  | 'admitted'
  | 'refused'
  | 'gone'
  | 'replyWhole'
  | 'replyStream'
  | 'streamEnd'
  | 'flushed'
  | 'contentUnread'
  | 'idleTimeout'
  | 'upgraded'
  | 'tunnelEnd'
  | 'tunnelLeft'
  | 'reset'
  | 'cut'
>;

/** Built in a function, so that a test can build it again. */
export function writingTable(): Table<WritingState, WritingEvent, Action> {
  return {
    idle: {
      requestBare: go('queued', 'offer'),
      requestGathered: go('gathering', 'gather'),
      requestStreamed: go('queued', 'offer'),
      contentEnd: never,
      fault: go('flushing', 'answerFault'),
      finEarly: go('flushing', 'answerFault'),
      admitted: never,
      refused: never,
      gone: never,
      replyWhole: never,
      replyStream: never,
      streamEnd: never,
      flushed: never,
      contentUnread: never,
      idleTimeout: go('shut', 'linger'),
      upgraded: never,
      tunnelEnd: never,
      tunnelLeft: never,
      reset: go('closed', 'forget'),
      cut: go('closed', 'reset'),
    },
    gathering: {
      requestBare: never,
      requestGathered: never,
      requestStreamed: never,
      contentEnd: go('queued', 'offer'),
      fault: go('flushing', 'answerFault'),
      finEarly: go('flushing', 'answerFault'),
      admitted: never,
      refused: never,
      gone: never,
      replyWhole: never,
      replyStream: never,
      streamEnd: never,
      flushed: never,
      contentUnread: never,
      idleTimeout: never,
      upgraded: never,
      tunnelEnd: never,
      tunnelLeft: never,
      reset: go('closed', 'forget'),
      cut: go('closed', 'reset'),
    },
    queued: {
      requestBare: never,
      requestGathered: never,
      requestStreamed: never,
      contentEnd: stay,
      // A queued request whose content is found to be bad never reaches its handler.
      fault: go('flushing', 'withdraw'),
      finEarly: go('flushing', 'withdraw'),
      admitted: go('pending', 'dispatch'),
      refused: go('flushing', 'answerRefusal'),
      gone: go('closed', 'close'),
      replyWhole: never,
      replyStream: never,
      streamEnd: never,
      flushed: never,
      contentUnread: never,
      idleTimeout: never,
      upgraded: never,
      tunnelEnd: never,
      tunnelLeft: never,
      reset: go('closed', 'forget'),
      cut: go('closed', 'reset'),
    },
    pending: {
      requestBare: never,
      requestGathered: never,
      requestStreamed: never,
      contentEnd: stay,
      // The handler may still answer. If it reads the content, the read fails with the fault.
      fault: go('pending', 'failContent'),
      finEarly: go('pending', 'failContent'),
      admitted: never,
      refused: never,
      gone: never,
      replyWhole: go('flushing'),
      replyStream: go('streaming'),
      streamEnd: never,
      flushed: never,
      contentUnread: never,
      idleTimeout: never,
      upgraded: go('tunnel'),
      tunnelEnd: never,
      tunnelLeft: never,
      reset: go('closed', 'forget'),
      cut: go('closed', 'reset'),
    },
    streaming: {
      requestBare: never,
      requestGathered: never,
      requestStreamed: never,
      contentEnd: stay,
      fault: go('streaming', 'failContent'),
      finEarly: go('streaming', 'failContent'),
      admitted: never,
      refused: never,
      gone: never,
      replyWhole: never,
      replyStream: never,
      streamEnd: go('flushing'),
      flushed: never,
      contentUnread: go('streaming', 'abandonContent'),
      idleTimeout: never,
      upgraded: never,
      tunnelEnd: never,
      tunnelLeft: never,
      reset: go('closed', 'forget'),
      cut: go('closed', 'reset'),
    },
    tunnel: {
      requestBare: never,
      requestGathered: never,
      requestStreamed: never,
      contentEnd: never,
      fault: never,
      finEarly: never,
      admitted: never,
      refused: never,
      gone: never,
      replyWhole: never,
      replyStream: never,
      streamEnd: never,
      flushed: never,
      contentUnread: never,
      idleTimeout: never,
      upgraded: never,
      tunnelEnd: go('flushing'),
      tunnelLeft: go('flushing'),
      reset: go('closed', 'forget'),
      cut: go('closed', 'reset'),
    },
    flushing: {
      requestBare: never,
      requestGathered: never,
      requestStreamed: never,
      contentEnd: stay,
      fault: go('flushing', 'failContent'),
      finEarly: go('flushing', 'failContent'),
      admitted: never,
      refused: never,
      gone: never,
      replyWhole: never,
      replyStream: never,
      streamEnd: never,
      flushed: go('done'),
      contentUnread: never,
      idleTimeout: never,
      upgraded: never,
      tunnelEnd: never,
      tunnelLeft: stay,
      reset: go('closed', 'forget'),
      cut: go('closed', 'reset'),
    },
    done: {
      requestBare: never,
      requestGathered: never,
      requestStreamed: never,
      contentEnd: stay,
      // The response was sent: no reader of the content is left.
      fault: stay,
      finEarly: stay,
      admitted: never,
      refused: never,
      gone: never,
      replyWhole: never,
      replyStream: never,
      streamEnd: never,
      flushed: never,
      contentUnread: never,
      idleTimeout: never,
      upgraded: never,
      tunnelEnd: never,
      tunnelLeft: never,
      reset: go('closed', 'forget'),
      cut: go('closed', 'reset'),
    },
    shut: {
      requestBare: never,
      requestGathered: never,
      requestStreamed: never,
      contentEnd: never,
      fault: never,
      finEarly: never,
      admitted: never,
      refused: never,
      gone: never,
      replyWhole: never,
      replyStream: never,
      streamEnd: never,
      flushed: never,
      contentUnread: never,
      idleTimeout: never,
      upgraded: never,
      tunnelEnd: never,
      // From here on as after the last response: what comes is discarded, and not for ever.
      tunnelLeft: go('done'),
      reset: go('closed', 'forget'),
      cut: go('closed', 'reset'),
    },
    closed: {
      requestBare: never,
      requestGathered: never,
      requestStreamed: never,
      contentEnd: never,
      fault: never,
      finEarly: never,
      admitted: never,
      refused: never,
      gone: never,
      replyWhole: never,
      replyStream: never,
      streamEnd: never,
      flushed: never,
      contentUnread: never,
      idleTimeout: never,
      upgraded: never,
      tunnelEnd: never,
      tunnelLeft: never,
      reset: never,
      cut: never,
    },
  };
}
