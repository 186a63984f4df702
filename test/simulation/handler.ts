// One run of the simulated application's handler: does what its request's plan
// says, and checks what it is given.

import type { ReplyBody } from '../../src/http/reply/reply.js';
import type { Answer, RequestContext } from '../../src/index.js';
import { BodyError, reply } from '../../src/index.js';
import { showsCanary } from './canary.js';
import type { Plan, StreamPlan } from './handler-plan.js';
import { filled, type Message } from './planned-request.js';
import { Planned, Source } from './reply-source.js';
import type { TunnelPlan } from './tunnel-plan.js';
import { TunnelRun } from './tunnel-run.js';

/** What a handler needs of its run. */
export interface HandlerWorld {
  sleep(ms: number): Promise<void>;
  /** The loop is busy for so long. */
  spend(ms: number): void;
  fail(what: string): void;
  note(what: string): void;
  /** The most content that a handler may be given, unless it asks for more. */
  readonly bodyBytesMax: number;
  /** Requests have deadlines, which may pass while a reply is being sent. */
  readonly deadlineGiven: boolean;
}

/** What a handler asks for where its plan is to raise the limit. */
const RAISED_BYTES_MAX = 10_000;

export class HandlerRun {
  readonly message: Message;
  /** Its response is handed over. */
  completed = false;
  /** Promises that were asked for and have to settle, by name. */
  readonly awaited: Set<string> = new Set();
  source: Source | undefined = undefined;
  tunnel: TunnelRun | undefined = undefined;
  /** How often its signal aborted. */
  aborts = 0;
  #hasReadAll = false;
  #receivedTrailers: readonly string[] | undefined = undefined;
  running = true;
  #wholeBytes = 0;
  readonly #simulated: HandlerWorld;
  readonly #request: Request;
  readonly #context: RequestContext;
  #gaveUp: (() => void) | undefined = undefined;

  constructor(
    simulated: HandlerWorld,
    message: Message,
    request: Request,
    context: RequestContext,
  ) {
    this.#simulated = simulated;
    this.message = message;
    this.#request = request;
    this.#context = context;
  }

  /** Content that it was given as a whole, and has until it answers. */
  get keptBytes(): number {
    return this.running ? this.#wholeBytes : 0;
  }

  /** What `fetch` returns, or throws. */
  run(): Answer | undefined | Promise<Answer | undefined> {
    const { plan } = this.message;
    this.#checkRequest();
    this.#watch(plan);
    if (plan.busyMs > 0) this.#simulated.spend(plan.busyMs);
    if (plan.readsBeside) this.#readBeside(plan);
    if (plan.startMs === 'sync' && (plan.read === 'nothing' || plan.readsBeside)) {
      let answer: Answer | Promise<undefined> | undefined;
      try {
        this.#tellInterim(plan);
        answer = this.#reply(plan);
        return answer instanceof Promise ? this.#untilSettled(answer) : answer;
      } finally {
        this.running = answer instanceof Promise;
      }
    }
    return this.#untilSettled(this.#later(plan));
  }

  #untilSettled(answer: Promise<Answer | undefined>): Promise<Answer | undefined> {
    return answer.finally(() => {
      this.running = false;
    });
  }

  /**
   * What is wrong at the end of the run.
   *
   * @param mayBreak its connection may have broken in the middle of a turn, or its transport thrown
   */
  *complaints(mayBreak: boolean): Generator<string> {
    const { id, plan, method, trailers } = this.message;
    if (this.running) yield `the handler of ${id} never ended`;
    for (const name of this.awaited) yield `${name} of ${id} never settled`;
    const isSent = method !== 'HEAD' && ![204, 205, 304].includes(plan.status);
    const complaint = this.source?.complaint(isSent, mayBreak);
    if (complaint !== undefined) yield `${id}: ${complaint}`;
    const got = this.#receivedTrailers;
    if (this.#hasReadAll && got !== undefined && got.join() !== trailers.join())
      yield `${id} has trailers ${trailers}, and got ${got}`;
  }

  #checkRequest(): void {
    const { id, method, target, versionMinor } = this.message;
    const { httpVersion } = this.#context;
    const seen = `${this.#request.method} ${this.#context.target} ${httpVersion}`;
    const sent = `${method} ${target} 1.${versionMinor}`;
    if (seen !== sent) this.#simulated.fail(`${id} was sent as ${sent}, and seen as ${seen}`);
    const { rawHeaders } = this.#context;
    this.#checkForeign('a head', [seen, this.#request.url, rawHeaders, [...this.#request.headers]]);
  }

  /** Nothing that a handler is given may show what another connection sent. */
  #checkForeign(what: string, given: unknown): void {
    if (showsCanary(given))
      this.#simulated.fail(`another's bytes in ${what} that ${this.message.id} is given`);
  }

  #watch(plan: Plan): void {
    if (plan.watchesSignal) {
      this.#request.signal.addEventListener('abort', () => {
        this.aborts++;
        const { reason } = this.#request.signal.reason;
        this.#simulated.note(`abort ${this.message.id} ${reason}`);
        // `handlerMs` is for the handler, not for its reply.
        if (reason === 'deadline' && !this.running && !this.#simulated.deadlineGiven)
          this.#simulated.fail(`${this.message.id} was too late, though its handler had ended`);
        if (this.aborts > 1) this.#simulated.fail(`the signal of ${this.message.id} aborted twice`);
        if (this.completed)
          this.#simulated.fail(`the signal of ${this.message.id} aborted after all`);
        this.#gaveUp?.();
      });
    }
    if (plan.asksCompleted) this.#await('completed', this.#context.completed);
    if (plan.asksTrailers) {
      const received = this.#context.trailers.then((trailers) => {
        this.#receivedTrailers = trailers;
        this.#checkForeign('trailers', trailers);
      });
      this.#await('trailers', received);
    }
    if (plan.raisesLimit) this.#context.bodyBytesMax = RAISED_BYTES_MAX;
    if (plan.waitUntil !== 'none') {
      const rejects = plan.waitUntil === 'rejects';
      const work = this.#simulated.sleep(30).then(() => {
        if (rejects) throw new Planned(`work behind ${this.message.id} fails`);
      });
      this.#context.waitUntil(work);
    }
  }

  #await(name: string, promise: Promise<unknown>): void {
    this.awaited.add(name);
    promise.then(
      () => this.awaited.delete(name),
      () => this.#simulated.fail(`${name} of ${this.message.id} rejected`),
    );
  }

  async #later(plan: Plan): Promise<Answer | undefined> {
    if (typeof plan.startMs === 'number') await this.#pause(plan, plan.startMs);
    this.#tellInterim(plan);
    if (!plan.readsBeside) await this.#read(plan);
    // Content that was read whole is kept for a while.
    if (this.#wholeBytes > 0)
      await this.#pause(plan, typeof plan.startMs === 'number' ? plan.startMs : 1);
    return this.#reply(plan);
  }

  /** Sleeps, but no longer than the signal allows, where the plan heeds it. */
  async #pause(plan: Plan, ms: number): Promise<void> {
    if (!plan.watchesSignal || !plan.givesUp) return this.#simulated.sleep(ms);
    const aborted = new Promise<void>((resolve) => {
      this.#gaveUp = resolve;
    });
    if (this.#request.signal.aborted) return;
    await Promise.race([this.#simulated.sleep(ms), aborted]);
  }

  #tellInterim({ interim }: Plan): void {
    for (let i = 0; i < interim; i++)
      this.#context.sendInformational(103, { Link: `</${i}>; rel=preload` });
  }

  /** Reads while the reply is made and sent; what fails then is for nobody else. */
  #readBeside(plan: Plan): void {
    this.awaited.add('reading');
    this.#read(plan).then(
      () => this.awaited.delete('reading'),
      (error) => {
        this.awaited.delete('reading');
        if (!(error instanceof BodyError))
          this.#simulated.fail(`reading ${this.message.id}: ${error}`);
      },
    );
  }

  async #read({ read }: Plan): Promise<void> {
    const request = this.#request;
    switch (read) {
      case 'nothing':
        return;
      case 'text':
        return this.#checkWhole(Buffer.from(await request.text(), 'latin1'));
      case 'bytes':
        return this.#checkWhole(await this.#wholeContent());
      case 'iterate':
      case 'slow':
      case 'some':
        return this.#iterate(read);
      case 'hold': {
        // A lock that is never given back.
        const { value } = (await request.body?.getReader().read()) ?? {};
        return this.#checkContent(value ?? new Uint8Array(0), false);
      }
      case 'cancel':
        return request.body?.cancel('unwanted');
      default:
        return read satisfies never;
    }
  }

  #checkWhole(bytes: Uint8Array): void {
    this.#checkContent(bytes, true);
    // What is read beside a reply is kept for nobody knows how long.
    if (!this.message.plan.readsBeside) this.#wholeBytes = bytes.length;
  }

  async #wholeContent(): Promise<Uint8Array> {
    const bytes = new Uint8Array(await this.#request.arrayBuffer());
    this.#checkForeign('content', bytes);
    return bytes;
  }

  async #iterate(read: 'iterate' | 'slow' | 'some'): Promise<void> {
    const chunks: Uint8Array[] = [];
    let whole = true;
    for await (const chunk of this.#request.body ?? []) {
      this.#checkForeign('a chunk', chunk);
      chunks.push(chunk.slice());
      this.#checkContent(Buffer.concat(chunks), false);
      if (read === 'slow') await this.#simulated.sleep(7);
      if (read === 'some') {
        whole = false;
        break;
      }
    }
    if (whole) this.#checkContent(Buffer.concat(chunks), true);
  }

  /** Content that was read is what was sent: all of it where the end was told, else its beginning. */
  #checkContent(read: Uint8Array, isWhole: boolean): void {
    const { id, content, mistake, plan } = this.message;
    const bytesMax = plan.raisesLimit ? RAISED_BYTES_MAX : this.#simulated.bodyBytesMax;
    if (read.length > bytesMax) this.#simulated.fail(`${id} was read beyond its ${bytesMax} bytes`);
    if (isWhole) this.#hasReadAll = true;
    const sent = content.subarray(0, read.length);
    if (Buffer.compare(sent, read) !== 0 || (isWhole && read.length < content.length))
      this.#simulated.fail(
        `${id} has ${content.length} bytes of content; got others (${read.length})`,
      );
    if (isWhole && mistake !== undefined)
      this.#simulated.fail(`${id} was read whole: ${mistake.what}`);
  }

  #reply(plan: Plan): Answer | Promise<undefined> {
    const { id } = this.message;
    const headers: Record<string, string> = { 'X-Id': id };
    if (plan.closes) headers.Connection = 'close';
    const { status } = plan;
    switch (plan.reply) {
      case 'text':
        return reply(filled(id, plan.size), { status, headers });
      case 'bytes':
        return reply(Buffer.from(filled(id, plan.size)), { status, headers });
      case 'none':
        return reply(null, { status, headers });
      case 'native': {
        const isBare = [204, 205, 304].includes(status);
        return new Response(isBare ? null : filled(id, plan.size), { status, headers });
      }
      case 'stream':
        return this.#streamed(plan, plan.stream as StreamPlan, headers);
      case 'echo':
        return reply(this.#request.body as ReplyBody, { status, headers });
      case 'tunnel':
        return this.#upgrade(plan.tunnel as TunnelPlan);
      case 'throw':
        throw new Planned(`the handler of ${id} fails`);
      case 'invalid':
        // A boundary: a handler in JavaScript may give anything.
        return undefined as unknown as Answer;
      default:
        return plan.reply satisfies never;
    }
  }

  #upgrade(plan: TunnelPlan): Promise<undefined> {
    const { fail, note, sleep } = this.#simulated;
    this.tunnel = new TunnelRun(this.message, plan, {
      sleep,
      fail,
      note,
      checkForeign: (what, given) => this.#checkForeign(what, given),
    });
    return this.tunnel.run(this.#context);
  }

  #streamed(plan: Plan, stream: StreamPlan, headers: Record<string, string>): Answer {
    const { id } = this.message;
    const { status } = plan;
    const pieces = streamPieces(id, stream);
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (stream.declared) headers['Content-Length'] = String(length + lengthError(stream, length));
    const source = new Source(id, stream, pieces, (ms) => this.#simulated.sleep(ms));
    this.source = source;
    if (stream.source === 'response' && ![204, 205, 304].includes(status))
      return new Response(source.stream(), { status, headers });
    const body = source.body();
    if (stream.trailers === 'none') return reply(body, { status, headers });
    const fields = { 'X-Sum': id };
    const later = async (): Promise<Record<string, string>> => {
      await this.#simulated.sleep(3);
      return fields;
    };
    const failing = (): never => {
      throw new Planned(`the trailers of ${id} fail`);
    };
    const trailers = {
      object: fields,
      promise: stream.trailers === 'promise' ? later() : fields,
      function: stream.failure === 'trailers' ? failing : later,
    }[stream.trailers];
    return reply(body, { status, headers, trailers });
  }
}

export function streamPieces(id: string, { pieceBytes }: StreamPlan): Uint8Array[] {
  return pieceBytes.map((length) => Buffer.from(filled(id, length)));
}

/** By how much the declared length differs from the real one. */
function lengthError({ failure }: StreamPlan, length: number): number {
  if (failure === 'short') return 5;
  return failure === 'long' && length > 0 ? -1 : 0;
}
