// What the two threads of the fuzzer tell each other.

export interface Task {
  readonly target: string;
  readonly seconds: number;
  readonly seed: number;
  readonly seedFolder: string;
  readonly corpusFolder: string;
  /** A count of runs, the length of the current input, and the input. */
  readonly shared: SharedArrayBuffer;
}

/** Indices into `shared` as 32-bit integers. */
export const RUNS = 0;
export const INPUT_LENGTH = 1;
/** Where the input begins, in bytes. */
export const INPUT_AT = 8;
export const SHARED_BYTES: number = INPUT_AT + 64 * 1024;

export type Report =
  | {
      readonly kind: 'progress';
      readonly corpus: number;
      /** Branches of src/ that were taken. */
      readonly branches: number;
      /** The same, told apart by how often. */
      readonly features: number;
    }
  | { readonly kind: 'failure'; readonly bytes: Uint8Array; readonly text: string };
