/** The bytes at hand; offsets are counted from the start of the text. */
export interface Surroundings {
  readonly bytes: Uint8Array;
  /** Offset of `bytes[0]`. */
  readonly offset: number;
  /** True when no byte comes after these. */
  readonly isEnded: boolean;
  /** Name of the field that holds the text, "" outside of structured formats. */
  readonly key: string;
  /** Different for every pass over every text. */
  readonly pass: number;
}
