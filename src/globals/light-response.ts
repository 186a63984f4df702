// A Response that keeps the values it was given. It makes a stream or a platform object only when
// code needs one.

import { showAs } from '../http/inspect.js';
import { isBlob, isReadableStream } from '../http/reply/bytes-of.js';
import { isFieldValue } from '../http/reply/field-check.js';
import { fromResponse, replyOfStream } from '../http/reply/from-response.js';
import { OWN_REPLY } from '../http/reply/own-reply.js';
import { type Reply, replyOfBody } from '../http/reply/reply.js';
import { ReplyFields } from '../http/reply/reply-fields.js';
import { responseFields } from '../http/reply/response-fields.js';
import { StreamedContent } from '../http/reply/streamed-content.js';
import {
  asDecoded,
  type LightContent,
  LightStream,
  lightContentOf,
  spent,
  typeOf,
} from './light-content.js';
import { LightHeaders, listOf } from './light-headers.js';
import { type BodyInit, isInstanceOf, PlatformResponse, standIn } from './platform.js';

const NO_INIT: ResponseInit = {};
const NO_FIELDS = new ReplyFields();
const encoder = new TextEncoder();
const decoder = new TextDecoder();

let ownReplyOf: (response: LightResponse) => Reply;

/**
 * A Response whose content is a string, bytes or a Blob, or a body of the platform. It throws where
 * the platform's `new Response(…)` throws, with the same error.
 */
export class LightResponse implements Response {
  #status: number;
  #statusText: string;
  /**
   * Made when there are headers to hold, or when they are read. Until then, `#type` holds the type.
   */
  #headers: LightHeaders | undefined;
  /** The type of the content itself. The headers have it unless they were given another. */
  #type: string;
  /** The whole content. `null` if there is none, or if only `#platform` has it. */
  #content: LightContent | null;
  /**
   * The content as a stream, after the first use of `body`. Other objects may have this stream,
   * too.
   */
  #stream: LightStream | undefined;
  /** Holds a body that is not light, or a body for which the platform's methods are needed. */
  #platform: Response | undefined;
  #used: boolean;

  static {
    ownReplyOf = (response) => response.#ownReply();
  }

  constructor(body: BodyInit | null | undefined = null, init: ResponseInit = NO_INIT) {
    this.#status = 200;
    this.#statusText = '';
    this.#headers = undefined;
    this.#type = '';
    this.#content = null;
    this.#stream = undefined;
    this.#platform = undefined;
    this.#used = false;
    if (init !== NO_INIT && !this.#takeInit(init)) {
      this.#takePlatform(new PlatformResponse(body, init));
      return;
    }
    if (body === null || body === undefined) return;
    if (isNullBodyStatus(this.#status)) throw unfit(body, init);
    this.#takeBody(body);
    this.#addType();
  }

  static [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: a class that extends this one inherits the method.
    return isInstanceOf(value, this, LightResponse, PlatformResponse);
  }

  static json(data: unknown, init: ResponseInit = NO_INIT): Response {
    const text: unknown = JSON.stringify(data);
    // The platform throws the right error.
    if (typeof text !== 'string') return PlatformResponse.json(data, init);
    const response = new LightResponse(null, init);
    if (isNullBodyStatus(response.#status)) return PlatformResponse.json(data, init);
    response.#content = text;
    response.#type = 'application/json';
    response.#addType();
    return response;
  }

  get status(): number {
    return this.#status;
  }

  get statusText(): string {
    return this.#statusText;
  }

  get ok(): boolean {
    return this.#status >= 200 && this.#status <= 299;
  }

  get headers(): Headers {
    if (this.#headers === undefined) {
      this.#headers = new LightHeaders();
      this.#addType();
    }
    return this.#headers;
  }

  get type(): Response['type'] {
    return 'default';
  }

  get url(): string {
    return '';
  }

  get redirected(): boolean {
    return false;
  }

  get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    const content = this.#content;
    if (this.#platform !== undefined) return this.#platform.body;
    if (content === null) return null;
    if (this.#used || isBlob(content)) return this.#inPlatform(content).body;
    this.#stream ??= new LightStream(content);
    return this.#stream;
  }

  get bodyUsed(): boolean {
    return this.#used || this.#stream?.used === true || this.#platform?.bodyUsed === true;
  }

  async text(): Promise<string> {
    const content = this.#taken();
    if (content === undefined) return this.#unread().text();
    if (content === null) return '';
    return typeof content === 'string' ? asDecoded(content) : decoder.decode(content);
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const content = this.#taken();
    if (content === undefined) return new Uint8Array(await this.#unread().arrayBuffer());
    if (content === null) return new Uint8Array(0);
    return typeof content === 'string' ? encoder.encode(content) : content.slice();
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer;
  }

  /** As in Node 26. */
  textStream(): ReadableStream<string> {
    if (this.bodyUsed || this.#locked) throw alreadyRead();
    const { body } = this;
    if (body !== null) return body.pipeThrough(new TextDecoderStream());
    return new ReadableStream<string>({ start: (controller) => controller.close() });
  }

  async blob(): Promise<Blob> {
    return this.#typed().blob();
  }

  async formData(): Promise<FormData> {
    return this.#typed().formData();
  }

  clone(): Response {
    if (this.bodyUsed || this.#locked) {
      throw new TypeError('Response.clone: Body has already been consumed.');
    }
    const copy = new LightResponse();
    copy.#status = this.#status;
    copy.#statusText = this.#statusText;
    copy.#headers = this.#headers === undefined ? undefined : new LightHeaders(this.#headers);
    copy.#type = this.#type;
    copy.#content = this.#content;
    if (this.#stream !== undefined || this.#platform !== undefined) {
      // From now on, two readers share one stream.
      copy.#platform = this.#inPlatform(this.#content ?? '').clone();
      this.#stream = undefined;
    }
    return copy;
  }

  #ownReply(): Reply {
    // A subclass may have getters that give other values than these fields.
    const isItself = Object.getPrototypeOf(this) === LightResponse.prototype;
    if (!isItself || this.bodyUsed || this.#locked) return fromResponse(this);
    const content = this.#content;
    const fields =
      this.#headers === undefined
        ? NO_FIELDS
        : responseFields(listOf(this.#headers), {
            status: this.#status,
            streamed: content === null,
            fetched: false,
          });
    if (content === null) {
      return replyOfStream(this.#platform?.body ?? null, this.#status, this.#statusText, fields);
    }
    this.#used = true;
    return this.#replyOf(content, fields);
  }

  #replyOf(content: LightContent, fields: ReplyFields): Reply {
    let body: string | Uint8Array | StreamedContent;
    if (typeof content !== 'string') {
      // The headers have the type of the Blob, unless it was deleted.
      body = isBlob(content) ? new StreamedContent(content, content.size, '') : content;
    } else {
      // Bytes get no type. A string would get one.
      const typed = fields.hasContentType || fields === NO_FIELDS;
      body = typed ? content : encoder.encode(content);
    }
    return replyOfBody(body, this.#status, this.#statusText, fields, undefined);
  }

  /** False if the values are unusual: the platform must then handle them. */
  #takeInit(init: ResponseInit): boolean {
    if (typeof init !== 'object' || init === null) return false;
    const { status, statusText, headers } = init;
    if (status !== undefined) {
      if (!Number.isInteger(status) || status < 200 || status > 599) return false;
      this.#status = status;
    }
    if (statusText !== undefined) {
      if (typeof statusText !== 'string' || !isFieldValue(statusText)) return false;
      this.#statusText = statusText;
    }
    if (headers !== undefined) this.#headers = new LightHeaders(headers);
    return true;
  }

  #takeBody(body: BodyInit): void {
    if (typeof body === 'string') {
      this.#content = body;
      this.#type = 'text/plain;charset=UTF-8';
      return;
    }
    const stream = isReadableStream(body) ? LightStream.untouched(body) : undefined;
    if (stream !== undefined) {
      this.#content = stream.content;
      this.#stream = stream;
      return;
    }
    // Boundary: the body may be no object; the platform makes a string of it.
    const content = typeof body === 'object' ? lightContentOf(body) : undefined;
    if (content !== undefined) {
      this.#content = content;
      this.#type = typeOf(body);
      return;
    }
    this.#platform = new PlatformResponse(body);
    this.#type = this.#platform.headers.get('content-type') ?? '';
  }

  #takePlatform(platform: Response): void {
    this.#status = platform.status;
    this.#statusText = platform.statusText;
    this.#headers = new LightHeaders(platform.headers);
    if (platform.body !== null) this.#platform = platform;
  }

  /** Adds the content's own type to the headers, if they exist and have no type. */
  #addType(): void {
    const headers = this.#headers;
    if (this.#type === '') return;
    if (headers === undefined) {
      // Without headers, the reply adds the type of a string itself.
      if (typeof this.#content === 'string' && this.#type === 'text/plain;charset=UTF-8') return;
      this.#headers = new LightHeaders();
      this.#headers.set('content-type', this.#type);
      return;
    }
    if (!headers.has('content-type')) headers.set('content-type', this.#type);
  }

  get #locked(): boolean {
    const stream = this.#stream ?? this.#platform?.body;
    return stream?.locked === true;
  }

  #inPlatform(content: LightContent): Response {
    if (this.#platform === undefined) {
      this.#platform = this.#used ? spent(content) : new PlatformResponse(this.#stream ?? content);
    }
    return this.#platform;
  }

  /** The whole content, which now counts as read; `undefined` if the platform must read it. */
  #taken(): string | Uint8Array<ArrayBuffer> | null | undefined {
    const content = this.#content;
    if (this.bodyUsed || this.#locked) throw alreadyRead();
    if (this.#stream !== undefined || this.#platform !== undefined || isBlob(content)) {
      return undefined;
    }
    this.#used = content !== null;
    return content;
  }

  /** The platform's Response, which reads the body. */
  #unread(): Response {
    return this.#inPlatform(this.#content ?? '');
  }

  /** The body with its current headers, for the parsers of the platform. */
  #typed(): Response {
    const body = this.#taken();
    const type = this.headers.get('content-type');
    const init = type === null ? NO_INIT : { headers: { 'content-type': type } };
    return new PlatformResponse(body === undefined ? this.#unread().body : body, init);
  }
}

standIn(LightResponse, PlatformResponse, 'Response');
Object.defineProperty(LightResponse.prototype, OWN_REPLY, {
  value(this: LightResponse): Reply {
    return ownReplyOf(this);
  },
});
showAs(LightResponse.prototype, 'Response', (response) => ({
  status: response.status,
  statusText: response.statusText,
  headers: response.headers,
  bodyUsed: response.bodyUsed,
}));

/** A null body status (WHATWG Fetch §2.2.3). 101 and 103 can't be given. */
function isNullBodyStatus(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

/** Throws the error of the platform. */
function unfit(body: BodyInit, init: ResponseInit): TypeError {
  new PlatformResponse(body, init);
  return new TypeError('Response: this status has no body');
}

function alreadyRead(): TypeError {
  return new TypeError('Body is unusable: Body has already been read');
}
