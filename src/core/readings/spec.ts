/** How a policy asks for readings. Owns the shape. */
export interface ReadingSpec {
  /** Values go on over line breaks. */
  readonly crossLine?: boolean;
  /** HTML entities are read as their characters. */
  readonly decodeEntities?: boolean;
  /** Runs of base64 are read as what they stand for. */
  readonly decodeBase64?: boolean;
  /** How many times percent-encoding, entities and base64 are undone one inside the other, 1 to DECODE_DEPTH_LIMIT. */
  readonly decodeDepth?: number;
}
