// The line of an arrow: from the edge of one state's box to that of another, straight or past some points.

import type { Edge, HalfName } from './graph.js';
import { edgeKey } from './graph.js';
import { DETOURS, LAYOUT, NODE, type Point, pointOf } from './layout.js';

/** How far an arrow stands beside one that goes the other way. */
const BESIDE = 7;
/** The gap before a box, where the arrow's head is. */
const HEAD = 2;

/** An arrow's line, as points that lie close to each other. */
export interface Route {
  /** For the attribute `d` of a path. */
  readonly path: string;
  readonly points: readonly Point[];
}

/** @param hasReverse another arrow goes from `to` to `from` */
export function routeOf(half: HalfName, { from, to }: Edge, hasReverse: boolean): Route {
  if (from === to) return loopAt(centreOf(half, from));
  const detour = (DETOURS[half][edgeKey(from, to)] ?? []).map(pointOf);
  const start = centreOf(half, from);
  const end = centreOf(half, to);
  const shift = hasReverse && detour.length === 0 ? besides(start, end) : { x: 0, y: 0 };
  const first = moved(start, shift);
  const last = moved(end, shift);
  const knots = [
    borderPoint(first, start, detour[0] ?? last, 0),
    ...detour,
    borderPoint(last, end, detour.at(-1) ?? first, HEAD),
  ];
  return smooth(knots);
}

export function centreOf(half: HalfName, state: string): Point {
  return pointOf(LAYOUT[half][state] ?? [0, 0]);
}

function moved({ x, y }: Point, by: Point): Point {
  return { x: x + by.x, y: y + by.y };
}

/** To the right of the way from `start` to `end`. */
function besides(start: Point, end: Point): Point {
  const length = Math.hypot(end.x - start.x, end.y - start.y);
  return {
    x: (-(end.y - start.y) / length) * BESIDE,
    y: ((end.x - start.x) / length) * BESIDE,
  };
}

/** Where the way from `inside` to `outside` leaves the box around `centre`, and `gap` further. */
function borderPoint(inside: Point, centre: Point, outside: Point, gap: number): Point {
  const dx = outside.x - inside.x;
  const dy = outside.y - inside.y;
  const side = (d: number, from: number, half: number): number => {
    if (d === 0) return Number.POSITIVE_INFINITY;
    return (d > 0 ? half - from : -half - from) / d;
  };
  const share = Math.min(
    side(dx, inside.x - centre.x, NODE.width / 2),
    side(dy, inside.y - centre.y, NODE.height / 2),
  );
  const further = gap / Math.hypot(dx, dy);
  return { x: inside.x + dx * (share + further), y: inside.y + dy * (share + further) };
}

/** A small loop at the right upper corner. */
function loopAt({ x, y }: Point): Route {
  const corner = { x: x + NODE.width / 2, y: y - NODE.height / 2 };
  const a = { x: corner.x - 12, y: corner.y };
  const b = { x: corner.x - 10, y: corner.y - 16 };
  const c = { x: corner.x + 13, y: corner.y - 6 };
  const d = { x: corner.x + HEAD, y: corner.y + 10 };
  return {
    path: `M${at(a)}C${at(b)} ${at(c)} ${at(d)}`,
    points: curvePoints(a, b, c, d),
  };
}

/** A line through all knots, without corners (Catmull-Rom, as Bézier curves). */
function smooth(knots: readonly Point[]): Route {
  const [first] = knots as readonly [Point];
  let path = `M${at(first)}`;
  const points: Point[] = [first];
  for (let i = 0; i + 1 < knots.length; i++) {
    const p1 = knots[i]!;
    const p2 = knots[i + 1]!;
    const p0 = knots[i - 1] ?? p1;
    const p3 = knots[i + 2] ?? p2;
    const c1 = { x: p1.x + (p2.x - p0.x) / 6, y: p1.y + (p2.y - p0.y) / 6 };
    const c2 = { x: p2.x - (p3.x - p1.x) / 6, y: p2.y - (p3.y - p1.y) / 6 };
    path += knots.length === 2 ? `L${at(p2)}` : `C${at(c1)} ${at(c2)} ${at(p2)}`;
    points.push(...curvePoints(p1, c1, c2, p2));
  }
  return { path, points };
}

const PIECES = 24;

function curvePoints(a: Point, b: Point, c: Point, d: Point): Point[] {
  return Array.from({ length: PIECES }, (_, i) => {
    const t = (i + 1) / PIECES;
    const u = 1 - t;
    const mix = (k: 'x' | 'y'): number =>
      u * u * u * a[k] + 3 * u * u * t * b[k] + 3 * u * t * t * c[k] + t * t * t * d[k];
    return { x: mix('x'), y: mix('y') };
  });
}

function at({ x, y }: Point): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}

/** The triangle at the end of a line. */
export function headOf({ points }: Route): string {
  const end = points.at(-1)!;
  const before = points.at(-4) ?? points[0]!;
  const angle = Math.atan2(end.y - before.y, end.x - before.x);
  const corner = (turn: number): Point => ({
    x: end.x - 7 * Math.cos(angle + turn),
    y: end.y - 7 * Math.sin(angle + turn),
  });
  return `M${at(end)}L${at(corner(0.42))}L${at(corner(-0.42))}Z`;
}
