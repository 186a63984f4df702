import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { FlowCounter } from '../../../../src/adapters/status/machine/flow.js';
import {
  EVERYWHERE,
  edgeKey,
  readingGraph,
  writingGraph,
} from '../../../../src/adapters/status/machine/graph.js';
import { labelPlaces } from '../../../../src/adapters/status/machine/labels.js';
import { DETOURS, LAYOUT, NODE, SIZE } from '../../../../src/adapters/status/machine/layout.js';
import { centreOf, routeOf } from '../../../../src/adapters/status/machine/route.js';
import { statesOf } from '../../../../src/adapters/status/machine/states.js';
import { StepFinder } from '../../../../src/adapters/status/machine/steps.js';
import {
  compileMachine,
  EVENT_COUNT,
  EVENTS,
  EventIds,
  IMPOSSIBLE,
  jointState,
  nextState,
  STATE_COUNT,
  stateId,
} from '../../../../src/fsm/index.js';

const document = readFileSync(
  fileURLToPath(new URL('../../../../docs/state-machine.md', import.meta.url)),
  'utf8',
);

/** The arrows of a diagram of docs/state-machine.md. */
function arrowsOf(half: string): string[] {
  const diagram =
    new RegExp(`<!-- generated: ${half}-diagram -->[^]*?<!-- /generated -->`).exec(document)?.[0] ??
    '';
  const arrows = [...diagram.matchAll(/^ +(\w+) --> (\w+):/gm)].map(([, from, to]) =>
    edgeKey(from!, to!),
  );
  return [...new Set(arrows)].sort();
}

const graphs = [readingGraph(), writingGraph()];

describe.each(graphs)('the drawing of the $half half', ({ half, states, edges }) => {
  const routes = edges.map((edge) =>
    routeOf(
      half,
      edge,
      edges.some(({ from, to }) => from === edge.to && to === edge.from && from !== to),
    ),
  );

  test('has the arrows of docs/state-machine.md, and no other', () => {
    expect(edges.map(({ from, to }) => edgeKey(from, to)).sort()).toEqual(arrowsOf(half));
    expect(edges.length).toBeGreaterThan(20);
  });

  test('has a place of its own for each state', () => {
    const places = states.map((state) => JSON.stringify(centreOf(half, state)));
    expect(new Set(places).size).toBe(states.length);
    expect(Object.keys(LAYOUT[half]).sort()).toEqual([...states].sort());
  });

  test('has no arrow that runs through a state, or out of the picture', () => {
    for (const [i, { from, to }] of edges.entries()) {
      for (const point of routes[i]!.points) {
        expect(point.x, `${from}>${to}`).toBeGreaterThan(1);
        expect(point.x, `${from}>${to}`).toBeLessThan(SIZE.width - 1);
        expect(point.y, `${from}>${to}`).toBeGreaterThan(1);
        expect(point.y, `${from}>${to}`).toBeLessThan(SIZE.height - 1);
        for (const state of states.filter((one) => one !== from && one !== to)) {
          const { x, y } = centreOf(half, state);
          const isInside =
            Math.abs(point.x - x) < NODE.width / 2 && Math.abs(point.y - y) < NODE.height / 2;
          expect(isInside, `${from}>${to} runs through ${state}`).toBe(false);
        }
      }
    }
  });

  test('has detours only for arrows that are there', () => {
    const keys = edges.map(({ from, to }) => edgeKey(from, to));
    for (const key of Object.keys(DETOURS[half])) expect(keys).toContain(key);
  });

  test('has a place for each number, none on another', () => {
    const places = labelPlaces(half, routes);
    expect(places).toHaveLength(edges.length);
    expect(
      new Set(places.map(({ x, y }) => `${Math.round(x / 6)} ${Math.round(y / 4)}`)).size,
    ).toBe(edges.length);
  });
});

describe('the steps of a transition', () => {
  const finder = new StepFinder();
  const { transitions } = compileMachine();

  // Law: the arrows of a transition, one after the other, lead where the compiled machine leads.
  test('lead from every state, by every event, where the machine goes', () => {
    const edges = Object.fromEntries(
      graphs.map((graph) => [
        graph.half,
        new Set(graph.edges.map(({ from, to }) => edgeKey(from, to))),
      ]),
    );
    let checked = 0;
    for (let state = 0; state < STATE_COUNT; state++) {
      for (let event = 0; event < EVENT_COUNT; event++) {
        const transition = transitions[state * EVENT_COUNT + event]!;
        if (transition === IMPOSSIBLE || EVERYWHERE.includes(EVENTS[event]!)) continue;
        const at: Record<string, string> = { ...jointState(state) };
        for (const { half, edge } of finder.stepsOf(state, event)) {
          expect(edges[half]).toContain(edge);
          const [from, to] = edge.split('>');
          expect(at[half]).toBe(from);
          at[half] = to!;
        }
        const { reading, writing } = jointState(nextState(transition));
        expect(at).toMatchObject({ reading, writing });
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(200);
  });

  test('take a response that is sent apart into its three arrows', () => {
    const from = stateId({ reading: 'done', writing: 'flushing', persistence: 'keep' });
    expect(finder.stepsOf(from, EventIds.flushed)).toEqual([
      { half: 'writing', edge: 'flushing>done' },
      { half: 'reading', edge: 'done>idle' },
      { half: 'writing', edge: 'done>idle' },
    ]);
  });
});

test('the flow counts what was taken since it was asked last, and ends from everywhere apart', () => {
  const flow = new FlowCounter();
  const idle = stateId({ reading: 'idle', writing: 'idle', persistence: 'keep' });
  flow.count(idle, EventIds.headStart);
  flow.count(idle, EventIds.headStart);
  flow.count(idle, EventIds.reset);
  expect(flow.take()).toEqual({
    reading: new Map([['idle>head', 2]]),
    writing: new Map(),
    broken: 1,
  });
  expect(flow.take()).toEqual({ reading: new Map(), writing: new Map(), broken: 0 });
});

test('open connections are counted in both halves, and by phase', () => {
  const counts = new Uint32Array(STATE_COUNT);
  counts[stateId({ reading: 'idle', writing: 'idle', persistence: 'keep' })] = 3;
  counts[stateId({ reading: 'done', writing: 'pending', persistence: 'last' })] = 2;
  const { open, byPhase, byState } = statesOf(counts);
  expect(open).toBe(5);
  expect(byPhase).toMatchObject({ 'keep-alive': 3, writing: 2, tunnel: 0 });
  expect(byState.reading).toMatchObject({ idle: 3, done: 2, head: 0 });
  expect(byState.writing).toMatchObject({ idle: 3, pending: 2, closed: 0 });
  expect(byState.persistence).toEqual({ keep: 3, last: 2 });
});
