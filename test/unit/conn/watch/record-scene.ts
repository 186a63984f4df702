// A server on virtual time that notes the records which its observers get.

import { expect } from 'vitest';
import type {
  ConnectionClosed,
  ConnectionOpened,
  FaultReport,
  FetchHandler,
  LimitChanged,
  Observer,
  RequestCompleted,
  RequestRefused,
  RequestStarted,
  ServerOptions,
} from '../../../../src/index.js';
import { ConnectionScene } from '../../../support/connection-scene.js';

class Records implements Observer {
  readonly starts: RequestStarted[] = [];
  readonly completions: RequestCompleted[] = [];
  readonly refusals: RequestRefused[] = [];
  readonly opens: ConnectionOpened[] = [];
  readonly closes: ConnectionClosed[] = [];
  readonly faults: FaultReport[] = [];
  readonly limits: LimitChanged[] = [];

  requestStarted(request: RequestStarted): void {
    this.starts.push(request);
  }
  requestCompleted(request: RequestCompleted): void {
    this.completions.push(request);
  }
  requestRefused(request: RequestRefused): void {
    this.refusals.push(request);
  }
  connectionOpened(connection: ConnectionOpened): void {
    this.opens.push(connection);
  }
  connectionClosed(connection: ConnectionClosed): void {
    this.closes.push(connection);
  }
  fault(fault: FaultReport): void {
    this.faults.push(fault);
  }
  limitChanged(change: LimitChanged): void {
    this.limits.push(change);
  }
}

export class RecordScene extends ConnectionScene {
  readonly records: Records;

  constructor(fetch?: FetchHandler, options: Partial<ServerOptions> = {}) {
    const records = new Records();
    super(fetch, { ...options, observer: [records] });
    this.records = records;
  }

  /** The one request that was completed. */
  get completed(): RequestCompleted {
    const [record, ...others] = this.records.completions;
    expect([others, this.records.refusals]).toEqual([[], []]);
    return record as RequestCompleted;
  }

  /** The one request that was refused. */
  get refused(): RequestRefused {
    const [record, ...others] = this.records.refusals;
    expect([others, this.records.completions]).toEqual([[], []]);
    return record as RequestRefused;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.after(ms, resolve);
    });
  }
}
