// Everything on the page that changes, as texts. The page and each frame are made of the same.

import { PERSISTENCE_STATES, PHASES, type Phase } from '../../../fsm/index.js';
import { type RefusalReason, refusalReasons } from '../../../limiter/refusal.js';
import { edgeKey, type Graph, readingGraph, writingGraph } from '../machine/graph.js';
import type { Snapshot } from '../snapshot.js';
import type { View } from './bound.js';
import { chartTexts } from './charts.js';
import { faultTexts } from './faults.js';
import {
  bytesText,
  clockText,
  countText,
  msText,
  rateText,
  shareText,
  shortText,
  UNKNOWN,
} from './formats.js';
import { countKey, levelKey, rateKey } from './picture.js';

/** The graphs of the machine, read from its tables once. */
export const GRAPHS: readonly Graph[] = [readingGraph(), writingGraph()];

/** The width of a bar that is full. */
export const BAR_WIDTH = 100;

export function viewOf(snapshot: Snapshot): View {
  const { connections, requests, limiter, memory } = snapshot;
  return {
    ...stateTexts(snapshot),
    ...machineTexts(snapshot),
    ...chartTexts(snapshot),
    ...refusalTexts(snapshot),
    ...latencyTexts(snapshot),
    ...faultTexts(snapshot),
    open: countText(connections.open),
    accepted: countText(connections.accepted),
    'connections-refused': countText(connections.refused),
    handshakes: countText(connections.handshakes),
    ...Object.fromEntries(
      PHASES.map((phase: Phase) => [`phase-${phase}`, countText(connections.byPhase[phase])]),
    ),
    ...Object.fromEntries(
      PERSISTENCE_STATES.map((state) => [
        `persistence-${state}`,
        countText(connections.byState.persistence[state] ?? 0),
      ]),
    ),
    started: countText(requests.started),
    refused: countText(requests.refused),
    probes: countText(requests.probes),
    'started-rate': rateText(requests.startedPerSecond),
    'refused-rate': rateText(requests.refusedPerSecond),
    'refused-level': requests.refusedPerSecond > 0 ? 'bad' : '',
    limit: countText(limiter.limit),
    'in-flight': countText(limiter.inFlight),
    parked: countText(limiter.parked),
    queued: countText(limiter.queued),
    'queued-critical': countText(limiter.queuedBy.critical),
    'queued-default': countText(limiter.queuedBy.default),
    'queued-sheddable': countText(limiter.queuedBy.sheddable),
    'queued-bytes': bytesText(limiter.queuedBytes),
    'slots-bar': barWidth(limiter.inFlight, limiter.limit),
    bytes: bytesText(memory.bytes),
    'bytes-peak': bytesText(memory.bytesPeak),
    'bytes-max': bytesText(memory.bytesMax),
    'bytes-share': shareText(memory.bytes, memory.bytesMax),
    'bytes-bar': barWidth(memory.bytes, memory.bytesMax),
  };
}

function barWidth(part: number, whole: number): string {
  const share = whole === 0 ? 0 : Math.min(part / whole, 1);
  return `${Math.round(share * BAR_WIDTH * 10) / 10}`;
}

const STATE_WORDS: Readonly<Record<Snapshot['state'], string>> = {
  serving: 'Serving',
  announced: 'Not ready',
  draining: 'Draining',
  closed: 'Closed',
};

function stateTexts({ state, close, connections, at }: Snapshot): View {
  return {
    state: STATE_WORDS[state],
    'state-level': state,
    'state-more': closeText(close, connections.open),
    at: clockText(at),
  };
}

function closeText(close: Snapshot['close'], open: number): string {
  if (close === null || close === undefined) return 'It accepts connections.';
  const { stage, remainingMs, report } = close;
  if (stage === 'announced')
    return `The readiness path answers 503. Draining begins in ${msText(remainingMs)}.`;
  const ends = `${countText(report.finished)} finished, ${countText(report.refused)} refused, ${countText(report.cutOff)} cut off`;
  return stage === 'closed'
    ? `All connections are closed: ${ends}.`
    : `${countText(open)} connections are left: ${ends}. The rest is cut off in ${msText(remainingMs)}.`;
}

function machineTexts({ connections, transitionsPerSecond: rates }: Snapshot): View {
  const texts: Record<string, string> = {};
  for (const graph of GRAPHS) {
    for (const state of graph.states) {
      const count = connections.byState[graph.half][state] ?? 0;
      texts[countKey(graph, state)] = shortText(count);
      texts[levelKey(countKey(graph, state))] = count > 0 ? '1' : '';
    }
    graph.edges.forEach(({ from, to }, i) => {
      const rate = rates?.[graph.half][edgeKey(from, to)] ?? 0;
      texts[rateKey(graph, i)] =
        rate === 0 ? '' : rate < 10 ? rateText(rate) : shortText(Math.round(rate));
      texts[levelKey(rateKey(graph, i))] = `${levelOf(rate)}`;
    });
  }
  texts['broken-rate'] = rates === null ? UNKNOWN : rateText(rates.broken);
  texts.watching =
    rates === null ? 'Transitions are counted from now on.' : 'Numbers on arrows are a second’s.';
  return texts;
}

/** How busy an arrow is: 0 for never, then one more for each power of ten a second. */
function levelOf(perSecond: number): number {
  if (perSecond === 0) return 0;
  return Math.min(5, 2 + Math.max(-1, Math.floor(Math.log10(perSecond))));
}

function refusalTexts({ limiter }: Snapshot): View {
  const texts: Record<string, string> = {};
  for (const reason of refusalReasons as readonly RefusalReason[]) {
    const rate = limiter.refusedPerSecondBy[reason];
    texts[`refused-${reason}`] = countText(limiter.refusedBy[reason]);
    texts[`refused-${reason}-rate`] = rateText(rate);
    texts[`refused-${reason}-level`] =
      rate > 0 ? 'now' : limiter.refusedBy[reason] > 0 ? 'before' : '';
  }
  return texts;
}

/** The rows and columns of the table of times. */
export const LATENCY_ROWS = ['duration', 'waited', 'handler'] as const;
export const LATENCY_COLUMNS = ['p50', 'p90', 'p99', 'max'] as const;

function latencyTexts({ latencyMs }: Snapshot): View {
  const texts: Record<string, string> = {
    'latency-requests':
      latencyMs === null
        ? 'No request was answered since somebody looks.'
        : `Of ${countText(latencyMs.requests)} requests that were answered in the last ${latencyMs.seconds} s.`,
  };
  for (const row of LATENCY_ROWS) {
    for (const column of LATENCY_COLUMNS)
      texts[`latency-${row}-${column}`] = msText(latencyMs?.[row][column]);
  }
  return texts;
}
