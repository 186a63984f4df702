// The drawing of one half of the machine: its states with the number of connections in each, and its arrows with how
// often they are taken.

import type { Graph } from '../machine/graph.js';
import { labelPlaces } from '../machine/labels.js';
import { NODE, SIZE } from '../machine/layout.js';
import { centreOf, headOf, routeOf } from '../machine/route.js';
import type { Renderer } from './bound.js';

export function countKey({ half }: Graph, state: string): string {
  return `${half}-${state}`;
}

export function rateKey({ half }: Graph, edge: number): string {
  return `${half}-e${edge}`;
}

export function levelKey(key: string): string {
  return `${key}-l`;
}

export function pictureOf(graph: Graph, render: Renderer): string {
  const { half, states, edges } = graph;
  const routes = edges.map((edge) =>
    routeOf(
      half,
      edge,
      edges.some(({ from, to }) => from === edge.to && to === edge.from && from !== to),
    ),
  );
  const places = labelPlaces(half, routes);
  const lines = routes.map((route, i) => {
    const level = render.level(levelKey(rateKey(graph, i)));
    return `<g class="edge"${level}><path class="line" d="${route.path}"/><path class="head" d="${headOf(route)}"/><path class="flow" d="${route.path}"/></g>`;
  });
  const boxes = states.map((state) => {
    const { x, y } = centreOf(half, state);
    const key = countKey(graph, state);
    const box = `x="${x - NODE.width / 2}" y="${y - NODE.height / 2}" width="${NODE.width}" height="${NODE.height}" rx="7"`;
    const count = render.text(key, 'text', `class="count" x="${x}" y="${y + 13}"`);
    return `<g class="state"${render.level(levelKey(key))}><rect ${box}/><text class="name" x="${x}" y="${y - 5}">${state}</text>${count}</g>`;
  });
  const rates = places.map(({ x, y }, i) =>
    render.text(
      rateKey(graph, i),
      'text',
      `class="rate" x="${x.toFixed(1)}" y="${(y + 3.5).toFixed(1)}"`,
    ),
  );
  const start = centreOf(half, states[0]!);
  const top = start.y - NODE.height / 2;
  const initial = `<circle class="initial" cx="${start.x - 22}" cy="${top - 18}" r="4"/><path class="initial-line" d="M${start.x - 22} ${top - 14}V${top - 2}"/>`;
  return `<svg class="machine" viewBox="0 0 ${SIZE.width} ${SIZE.height}" aria-hidden="true" focusable="false">${initial}${lines.join('')}${boxes.join('')}${rates.join('')}</svg>`;
}
