// Recognises values from any realm. Test runners and `node:vm` give a program its own classes.
// There, `instanceof` is false for objects that Node made, and in Node for objects that the program
// made.

/**
 * The bytes of an ArrayBuffer or of any view, without a copy; `undefined` for any other value. The
 * result is a Uint8Array of this realm.
 */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  return isArrayBuffer(value) || isSharedArrayBuffer(value) ? new Uint8Array(value) : undefined;
}

/** A chunk of text or bytes as bytes; `undefined` if it is neither. */
export function chunkBytes(chunk: unknown): Uint8Array | undefined {
  return typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : bytesOf(chunk);
}

export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return isTagged(value, 'ArrayBuffer') && isBuffer(value);
}

export function isSharedArrayBuffer(value: unknown): value is SharedArrayBuffer {
  return isTagged(value, 'SharedArrayBuffer') && isBuffer(value);
}

function isBuffer(value: object): boolean {
  try {
    // Boundary: any object can have this tag. A DataView asks the engine, and throws for other
    // objects.
    new DataView(value as ArrayBuffer);
    return true;
  } catch {
    return false;
  }
}

/** True for a Blob or File whose content can be read in one of the ways of a Blob. */
export function isBlob(value: unknown): value is Blob {
  return (
    (isTagged(value, 'Blob') || isTagged(value, 'File')) &&
    'size' in value &&
    Number.isSafeInteger(value.size) &&
    (hasMethod(value, 'stream') || hasMethod(value, 'arrayBuffer'))
  );
}

export function isURLSearchParams(value: unknown): value is URLSearchParams {
  return isTagged(value, 'URLSearchParams');
}

export function isFormData(value: unknown): value is FormData {
  return isTagged(value, 'FormData');
}

export function isStringObject(value: unknown): value is string {
  return isTagged(value, 'String');
}

export function isReadableStream(value: unknown): value is ReadableStream {
  return (
    typeof value === 'object' &&
    value !== null &&
    'locked' in value &&
    hasMethod(value, 'getReader')
  );
}

/** `Object.prototype.toString` gives the class name in any realm. */
function isTagged(value: unknown, tag: string): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.prototype.toString.call(value) === `[object ${tag}]`
  );
}

function hasMethod(value: object, name: string): boolean {
  return typeof Reflect.get(value, name) === 'function';
}
