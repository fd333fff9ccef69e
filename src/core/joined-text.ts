/** A part of a text that goes on in other records, and the way back to where the part stands. */
import type { Edit } from "./edit.ts";

export interface JoinedText {
  /** Names the text: parts of one channel follow each other. */
  readonly channel: string;
  readonly text: Uint8Array;
  /** What the part holds for whoever reads it alone. */
  readonly own: readonly Edit[];
  /** Edits of the part as edits of the bytes that hold it. */
  readonly toEdits: (edits: readonly Edit[]) => readonly Edit[];
}
