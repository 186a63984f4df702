// Where the number of an arrow stands: on its line, as far from other numbers and from states as it can.

import type { HalfName } from './graph.js';
import { LAYOUT, NODE, type Point, pointOf } from './layout.js';
import type { Route } from './route.js';

/** A place for each route, in their order. */
export function labelPlaces(half: HalfName, routes: readonly Route[]): readonly Point[] {
  const taken: Point[] = [];
  for (const { points } of routes) {
    let best = points[0]!;
    let bestRoom = Number.NEGATIVE_INFINITY;
    for (const share of [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74]) {
      const point = points[Math.round(share * (points.length - 1))]!;
      const room = Math.min(
        22,
        ...taken.map((other) => apart(other, point)),
        fromStates(half, point),
      );
      if (room > bestRoom) {
        best = point;
        bestRoom = room;
      }
    }
    taken.push(best);
  }
  return taken;
}

/** A number is wider than high. */
function apart(a: Point, b: Point): number {
  return Math.hypot((a.x - b.x) * 0.5, a.y - b.y);
}

function fromStates(half: HalfName, { x, y }: Point): number {
  const rooms = Object.values(LAYOUT[half]).map((cell) => {
    const centre = pointOf(cell);
    return Math.hypot(
      Math.max(0, Math.abs(x - centre.x) - NODE.width / 2) * 0.6,
      Math.max(0, Math.abs(y - centre.y) - NODE.height / 2),
    );
  });
  return Math.min(...rooms);
}
