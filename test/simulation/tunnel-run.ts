// A handler's tunnel at work: does what its plan says, and checks what it is given.

import type { TunnelPort, TunnelSink } from '../../src/http/tunnel/tunnel-port.js';
import { RequestContext, type Tunnel } from '../../src/index.js';
import { filled, type Message } from './planned-request.js';
import { Planned } from './reply-source.js';
import type { TunnelAct, TunnelPlan } from './tunnel-plan.js';

/** What a tunnel needs of its handler. */
export interface TunnelWorld {
  sleep(ms: number): Promise<void>;
  fail(what: string): void;
  note(what: string): void;
  /** Nothing that the tunnel is given may show what another connection sent. */
  checkForeign(what: string, given: unknown): void;
}

export class TunnelRun {
  /** All that was read. */
  readonly read: Uint8Array[] = [];
  /** All that was written, as far as it was taken. */
  readonly written: Uint8Array[] = [];
  /** The client's FIN was read. */
  hasEnded = false;
  /** How it was over; undefined while it is not. */
  over: 'inOrder' | 'cut' | 'left' | undefined = undefined;
  readonly #message: Message;
  readonly #plan: TunnelPlan;
  readonly #world: TunnelWorld;

  constructor(message: Message, plan: TunnelPlan, world: TunnelWorld) {
    this.#message = message;
    this.#plan = plan;
    this.#world = world;
  }

  /** What the handler gives: nothing, or what it throws. */
  async run(context: RequestContext): Promise<undefined> {
    const { id } = this.#message;
    if (this.#plan.face === 'raw') {
      const head = `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: sim\r\nX-Id: ${id}\r\n\r\n`;
      await new RawEnds(this, (sink) => RequestContext.openTunnel(context, 101, head, sink)).run();
    } else {
      const tunnel = await context.upgrade({ protocol: 'sim', headers: { 'X-Id': id } });
      this.note('upgraded');
      await this.#useStreams(tunnel);
    }
    return undefined;
  }

  get plan(): TunnelPlan {
    return this.#plan;
  }

  sleep(ms: number): Promise<void> {
    return this.#world.sleep(ms);
  }

  note(what: string): void {
    this.#world.note(`tunnel ${this.#message.id} ${what}`);
  }

  took(bytes: Uint8Array): void {
    if (this.hasEnded) this.fail('was given bytes behind the end');
    this.#world.checkForeign('a tunnel', bytes);
    this.read.push(bytes.slice());
  }

  fail(what: string): void {
    this.#world.fail(`the tunnel of ${this.#message.id} ${what}`);
  }

  ended(): void {
    if (this.hasEnded) this.fail('ended twice');
    this.hasEnded = true;
  }

  overBy(how: 'inOrder' | 'cut'): void {
    if (this.over !== undefined) this.fail(`was over twice: ${this.over}, ${how}`);
    this.over = how;
    this.note(`is over: ${how}`);
  }

  /** What the act `write` writes. */
  bytes(): Uint8Array {
    return Buffer.from(filled(this.#message.id, this.#plan.writeBytes));
  }

  async #useStreams(tunnel: Tunnel): Promise<void> {
    const { plan } = this;
    const closed = tunnel.closed.then(
      () => this.overBy('inOrder'),
      () => this.overBy('cut'),
    );
    const writer = tunnel.writable.getWriter();
    const write = async (bytes: Uint8Array): Promise<void> => {
      await writer.write(bytes);
      this.written.push(bytes.slice());
    };
    const reading = this.#readStream(tunnel, plan.echoes ? write : undefined);
    for (const [ms, act] of plan.acts) {
      await this.sleep(ms);
      if (this.over !== undefined) break;
      this.note(act);
      try {
        await this.#actOn(tunnel, act, write);
      } catch (error) {
        if (error instanceof Planned) throw error;
        // It was cut, or has ended.
      }
    }
    await reading;
    if (plan.readMs < Infinity) await closed;
  }

  async #actOn(
    tunnel: Tunnel,
    act: TunnelAct,
    write: (bytes: Uint8Array) => Promise<void>,
  ): Promise<void> {
    switch (act) {
      case 'write':
        return write(this.bytes());
      case 'end':
        return tunnel.close();
      case 'throw':
        throw new Planned(`the handler of the tunnel of ${this.#message.id} fails`);
      default:
        return tunnel.destroy(new Planned('destroyed'));
    }
  }

  async #readStream(
    { readable }: Tunnel,
    write: ((bytes: Uint8Array) => Promise<void>) | undefined,
  ): Promise<void> {
    const { readMs } = this.plan;
    if (readMs === Infinity) return;
    const reader = readable.getReader();
    try {
      for (;;) {
        if (readMs > 0) await this.sleep(readMs);
        const { value, done } = await reader.read();
        if (done) break;
        this.took(value);
        await write?.(value).catch(() => undefined);
      }
      this.ended();
    } catch {
      if (this.over === 'inOrder') this.fail('errored, though it was over in order');
    }
  }
}

/** The raw port, used as a socket of Node's would. */
class RawEnds implements TunnelSink {
  readonly #run: TunnelRun;
  readonly #port: TunnelPort;
  #isOver: () => void = () => undefined;
  #isEnded = false;

  constructor(run: TunnelRun, open: (sink: TunnelSink) => TunnelPort) {
    this.#run = run;
    this.#port = open(this);
    run.note('upgraded');
  }

  async run(): Promise<void> {
    const { plan } = this.#run;
    const over = new Promise<void>((resolve) => {
      this.#isOver = resolve;
    });
    if (this.#run.over !== undefined) return;
    if (plan.readMs < Infinity) this.#pull();
    for (const [ms, act] of plan.acts) {
      await this.#run.sleep(ms);
      if (this.#run.over !== undefined) break;
      this.#run.note(act);
      this.#act(act);
    }
    if (plan.readMs < Infinity) await over;
  }

  #act(act: TunnelAct): void {
    switch (act) {
      case 'write':
        this.#write(this.#run.bytes());
        return;
      case 'end':
        this.#isEnded = true;
        this.#port.end();
        return;
      case 'leave':
        this.#run.over = 'left';
        this.#port.leave();
        this.#isOver();
        return;
      default:
        this.#port.destroy(new Planned('destroyed'));
    }
  }

  #write(bytes: Uint8Array): void {
    if (!this.#isEnded) this.#run.written.push(bytes.slice());
    this.#port.write(bytes);
  }

  #pull(): void {
    if (this.#run.over === 'left') return;
    const bytes = this.#port.read();
    if (bytes !== null) this.onRead(bytes);
  }

  onRead(bytes: Uint8Array | undefined): void {
    if (this.#run.over === 'left') this.#run.fail('was given bytes though it was left');
    if (bytes === undefined) {
      this.#run.ended();
      return;
    }
    this.#run.took(bytes);
    if (this.#run.plan.echoes) this.#write(bytes);
    const { readMs } = this.#run.plan;
    if (readMs === 0) this.#pull();
    else void this.#run.sleep(readMs).then(() => this.#pull());
  }

  onFlushed(): void {
    if (this.#port.unflushedBytes > 0) this.#run.fail('was told too early that all has left');
  }

  onClose(error: unknown): void {
    this.#run.overBy(error === undefined ? 'inOrder' : 'cut');
    this.#isOver();
  }
}
