// What a handler does with a tunnel: drawn before the run. The client's bytes behind the request are the
// tunnel's; where the request is refused, they are the next requests.

import type { Random } from '../../src/testing/index.js';
import type { Message } from './planned-request.js';

export const TUNNEL_ACTS = ['write', 'end', 'leave', 'destroy', 'throw'] as const;
export type TunnelAct = (typeof TUNNEL_ACTS)[number];

export interface TunnelPlan {
  /** Web streams, or the raw port. */
  readonly face: 'streams' | 'raw';
  /** Every byte that comes is written back. Else only the acts write. */
  readonly echoes: boolean;
  /** Pause between two reads. Infinity: nothing is read. */
  readonly readMs: number;
  /** Bytes of each `write` of the acts. */
  readonly writeBytes: number;
  /** One after the other, each so long after the one before. The last of them leads to the end. */
  readonly acts: readonly (readonly [ms: number, act: TunnelAct])[];
}

export function drawTunnel(random: Random): TunnelPlan {
  const face = random.pick(['streams', 'raw'] as const);
  const echoes = random.chance(0.6);
  const acts: [number, TunnelAct][] = [];
  const writes = echoes ? 0 : random.integer(0, 4);
  for (let i = 0; i < writes; i++) acts.push([random.pick([0, 1, 20, 150]), 'write']);
  const ends: readonly TunnelAct[] =
    face === 'raw' ? ['end', 'end', 'leave', 'destroy'] : ['end', 'end', 'end', 'destroy', 'throw'];
  acts.push([random.pick([0, 5, 60, 400, 2000]), random.pick(ends)]);
  if (face === 'raw' && random.chance(0.3)) acts.push([random.pick([0, 30, 300]), 'leave']);
  return {
    face,
    echoes,
    readMs: random.pick([0, 0, 0, 3, 40, Infinity]),
    writeBytes: random.pick([1, 100, 3000, 100_000]),
    acts,
  };
}

/** The same request, if it may ask for an upgrade, asking for it. */
export function upgrading(message: Message, random: Random): Message {
  const { hasContent, isProbe, mistake, versionMinor, bytes, headBytes, plan } = message;
  if (hasContent || isProbe || mistake !== undefined || versionMinor === 0) return message;
  const lines = Buffer.from('Connection: upgrade\r\nUpgrade: sim\r\n', 'latin1');
  const at = headBytes - 2;
  return {
    ...message,
    bytes: Buffer.concat([bytes.subarray(0, at), lines, bytes.subarray(at)]),
    headBytes: headBytes + lines.length,
    plan: { ...plan, reply: 'tunnel', stream: undefined, tunnel: drawTunnel(random) },
  };
}
