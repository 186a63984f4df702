// A peer's fault on one connection: noted for its end and its request, told, fired, and answered.

import { describe, expect, test } from 'vitest';
import { faultReply } from '../../../../src/conn/fault/responses.js';
import { Lifecycle } from '../../../../src/conn/machine/lifecycle.js';
import { type FaultedConnection, PeerFaults } from '../../../../src/conn/watch/peer-faults.js';
import { Reports } from '../../../../src/conn/watch/reports.js';
import { Fault, faultCode } from '../../../../src/fsm/faults.js';
import { EVENTS } from '../../../../src/fsm/machine/events.js';
import type { FaultReport } from '../../../../src/index.js';
import type { ConnectionEnd } from '../../../../src/observe/observer.js';
import { RecordingTransport } from '../../../support/recording-transport.js';

const FAULT = Fault.bodyTooLarge;
const CODE = faultCode(FAULT);
const PLACE = { bytes: Buffer.from('Cookie: secret'), from: 0, at: 8, to: 14 };

class Scene implements FaultedConnection {
  readonly id = 7;
  readonly life = new Lifecycle(7, undefined);
  readonly transport = new RecordingTransport();
  readonly now = 3;
  readonly done: unknown[] = [];
  readonly told: FaultReport[] = [];
  readonly ending = {
    reason: 'closed' as FaultedConnection['ending']['reason'],
    note: (end: ConnectionEnd) => void this.done.push(['end', end]),
  };
  accounts: FaultedConnection['accounts'] = {
    fault: (code: string, now: number) => void this.done.push(['account', code, now]),
  };
  link: FaultedConnection['link'] = undefined;
  exchange: FaultedConnection['exchange'] = {
    contentFailed: (error: Error & { code?: string }) =>
      void this.done.push(['content', error.code]),
  };
  /** What is done while an event is fired. */
  whenFired: () => void = () => undefined;

  faults(showsCredentials = false): PeerFaults {
    const settings = {
      onError: undefined,
      onFault: (fault: FaultReport) => void this.told.push(fault),
      observers: [],
      showsCredentials,
    };
    return new PeerFaults(this, new Reports(settings, () => undefined), FAULT);
  }

  fire(event: number): void {
    this.done.push(EVENTS[event]);
    this.whenFired();
  }

  /** A host that answers faults or not. What it is asked is noted. */
  host(takes: boolean): void {
    this.link = {
      takesFault: (fault, place) => {
        this.done.push(['asked', faultCode(fault), place]);
        return takes;
      },
      tellFault: (fault, place) => void this.done.push(['heard', faultCode(fault), place]),
    };
  }
}

test('a broken rule is noted, told, and then fired', () => {
  const scene = new Scene();
  scene.faults().refuse(FAULT, 12, PLACE);
  expect(scene.done).toEqual([['end', 'fault'], ['account', CODE, 3], 'fault']);
  expect(scene.told).toMatchObject([{ code: CODE, offset: 12, connectionId: 7 }]);
  expect(scene.ending.reason).toBe('closed');
});

test('without a request, a host and who listens, it is told all the same', () => {
  const scene = new Scene();
  scene.accounts = undefined;
  scene.exchange = undefined;
  const faults = scene.faults();
  faults.refuse(FAULT, 12, PLACE);
  faults.failContent();
  expect(scene.done).toEqual([['end', 'fault'], 'fault']);
  expect(scene.told).toHaveLength(1);
});

test.each([false, true])('credentials are shown where they may be: %s', (shows) => {
  const scene = new Scene();
  scene.faults(shows).refuse(FAULT, 12, PLACE);
  expect(scene.told[0]?.bytes.includes('secret')).toBe(shows);
});

test('a FIN within a message is the end of the peer', () => {
  const scene = new Scene();
  scene.faults().truncated(Fault.bodyTruncated, 5);
  const code = faultCode(Fault.bodyTruncated);
  expect(scene.done).toEqual([['end', 'peerEnded'], ['account', code, 3], 'finEarly']);
  expect(scene.ending.reason).toBe('peerEnded');
  expect(scene.told).toMatchObject([{ code, offset: 5 }]);
});

describe('while it is fired', () => {
  test('sluice answers, where there is no host or it does not', () => {
    const scene = new Scene();
    const faults = scene.faults();
    expect(faults.answer()).toBe(faultReply(FAULT));
    scene.host(false);
    expect(faults.answer()).toBe(faultReply(FAULT));
  });

  test('a host may answer in its place, and sees where it was', () => {
    const scene = new Scene();
    scene.host(true);
    const faults = scene.faults();
    const answers: unknown[] = [];
    scene.whenFired = () => answers.push(faults.answer());
    faults.refuse(FAULT, 12, PLACE);
    expect([answers, scene.done.at(-1)]).toEqual([[undefined], ['asked', CODE, PLACE]]);
  });

  test('the host hears of it before who reads the content', () => {
    const scene = new Scene();
    scene.host(true);
    const faults = scene.faults();
    scene.whenFired = () => faults.failContent();
    faults.refuse(FAULT, 12, PLACE);
    expect(scene.done.slice(-2)).toEqual([
      ['heard', CODE, PLACE],
      ['content', CODE],
    ]);
  });
});

test('where it was is forgotten when it was told', () => {
  const scene = new Scene();
  scene.host(true);
  const faults = scene.faults();
  faults.refuse(FAULT, 12, PLACE);
  faults.answer();
  expect(scene.done.at(-1)).toEqual(['asked', CODE, undefined]);
});
