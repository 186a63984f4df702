// Where the states stand in the drawing. The arrows come from the tables; a test sees to it that none of them runs
// through a state. A state without a place does not compile.

import type { ReadingState, WritingState } from '../../../fsm/index.js';
import type { HalfName } from './graph.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A column and a row, counted from 0. Between two columns is a half. */
type Cell = readonly [column: number, row: number];

const READING: Readonly<Record<ReadingState, Cell>> = {
  idle: [0, 0],
  head: [1, 0],
  body: [2, 0],
  done: [1, 1],
  drain: [2, 1],
  tunnel: [0, 2],
  discard: [2, 2],
  closed: [1, 3],
};

/** The way of a request is the loop: idle, queued, pending, flushing, done. */
const WRITING: Readonly<Record<WritingState, Cell>> = {
  idle: [0, 0],
  gathering: [1, 0],
  queued: [2, 0],
  done: [0, 1],
  flushing: [1, 1],
  pending: [2, 1],
  shut: [0, 2],
  tunnel: [1, 2],
  streaming: [2, 2],
  closed: [1, 3],
};

export const LAYOUT: Readonly<Record<HalfName, Readonly<Record<string, Cell>>>> = {
  reading: READING,
  writing: WRITING,
};

/** What an arrow passes on its way, where a straight one would run through a state. */
export const DETOURS: Readonly<Record<HalfName, Readonly<Record<string, readonly Cell[]>>>> = {
  reading: {
    'idle>body': [[1, -0.42]],
    'idle>discard': [
      [0.5, 0.7],
      [0.58, 1.25],
      [1.1, 1.55],
    ],
    'idle>closed': [
      [0.46, 1.2],
      [0.6, 2.2],
    ],
    'head>discard': [
      [1.5, 0.7],
      [1.6, 1.5],
    ],
    'head>closed': [
      [0.5, 0.8],
      [0.52, 1.9],
    ],
    'body>discard': [
      [2.37, 0.6],
      [2.37, 1.4],
    ],
    'body>closed': [
      [1.5, 0.75],
      [1.5, 2],
    ],
    'drain>closed': [[1.5, 1.9]],
  },
  writing: {
    'idle>queued': [[1, -0.42]],
    'idle>shut': [
      [-0.38, 0.65],
      [-0.38, 1.35],
    ],
    'idle>closed': [
      [0.5, 0.8],
      [0.5, 2],
    ],
    'done>closed': [
      [0.5, 1.7],
      [0.58, 2.2],
    ],
    'queued>closed': [
      [1.5, 0.8],
      [1.5, 2],
    ],
  },
};

export const NODE = { width: 68, height: 38 } as const;
const COLUMN = 106;
const ROW = 84;

/** The drawing: no wider than the narrowest screen, so that its text is never smaller than it was set. */
export const SIZE = { width: 304, height: 338 } as const;

export function pointOf([column, row]: Cell): Point {
  return { x: 46 + column * COLUMN, y: 56 + row * ROW };
}
