// Which handles are told to probe silent peers: each connection, or the listening socket in their place.

import type { Server } from 'node:net';
import { describe, expect, test } from 'vitest';
import { KeepAliveProbes } from '../../../../src/io/listen/keep-alive-probes.js';

class Told {
  calls: [on: boolean, seconds: number][] = [];
  readonly #status: number;

  constructor(status = 0) {
    this.#status = status;
  }

  setKeepAlive(on: boolean, seconds: number): number {
    this.calls.push([on, seconds]);
    return this.#status;
  }
}

const serverOf = (handle: object | null): Server => ({ _handle: handle }) as unknown as Server;

/** What each of `count` connections is told. */
function accepted(probes: KeepAliveProbes, count: number): number[] {
  return Array.from({ length: count }, () => {
    const handle = new Told();
    probes.turnOn(handle);
    return handle.calls.length;
  });
}

describe('keep-alive probes', () => {
  test('are turned on at each connection of a socket that is not ours', () => {
    const probes = new KeepAliveProbes(7000);
    const handle = new Told();
    probes.turnOn(handle);
    expect(handle.calls).toEqual([[true, 7]]);
    expect(accepted(probes, 3)).toEqual([1, 1, 1]);
  });

  test.runIf(process.platform === 'linux')(
    'are turned on at the listening socket, and at connections that may have come before',
    () => {
      const probes = new KeepAliveProbes(7000);
      const listening = new Told();
      probes.inherit(serverOf(listening), 2);
      expect(listening.calls).toEqual([[true, 7]]);
      // The kernel lets one more than the backlog wait.
      expect(accepted(probes, 5)).toEqual([1, 1, 1, 0, 0]);
    },
  );

  test.runIf(process.platform !== 'linux')('are turned on at each connection elsewhere', () => {
    const probes = new KeepAliveProbes(7000);
    const listening = new Told();
    probes.inherit(serverOf(listening), 0);
    expect(listening.calls).toEqual([]);
    expect(accepted(probes, 3)).toEqual([1, 1, 1]);
  });

  test('are turned on at each connection where the listening socket refuses, or there is none', () => {
    for (const handle of [new Told(-22), {}, null]) {
      const probes = new KeepAliveProbes(7000);
      probes.inherit(serverOf(handle), 0);
      expect(accepted(probes, 3)).toEqual([1, 1, 1]);
    }
  });

  test('are nowhere turned on where nobody wants them', () => {
    const probes = new KeepAliveProbes(0);
    const listening = new Told();
    probes.inherit(serverOf(listening), 0);
    expect(listening.calls).toEqual([]);
    expect(accepted(probes, 3)).toEqual([0, 0, 0]);
  });

  test('need nothing of a Unix domain socket', () => {
    expect(() => new KeepAliveProbes().turnOn({})).not.toThrow();
  });
});
