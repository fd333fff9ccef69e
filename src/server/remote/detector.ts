/**
 * The port behind remote detectors: programs elsewhere that find in a record what no pattern can.
 *
 * Owns the words that every adapter speaks, and why an answer may be of no use. Nothing of a foreign answer or error is
 * kept but offsets, scores and names that the configuration knows.
 */
import type { Finding } from "../../core/index.ts";
import type { RemoteDetectorConfig } from "../config/remote-config.ts";

/** Why there is no usable answer; also the label of a metric. */
export const REMOTE_FAILURES = [
  "busy",
  "record-too-long",
  "timeout",
  "unreachable",
  "egress-refused",
  "status",
  "answer-too-long",
  "not-json",
  "bad-shape",
  "bad-span",
  "unknown-entity",
] as const;
export type RemoteFailure = (typeof REMOTE_FAILURES)[number];

/** The one error of an adapter: a word of ours. */
export class RemoteError extends Error {
  readonly failure: RemoteFailure;

  constructor(failure: RemoteFailure) {
    super(failure);
    this.name = "RemoteError";
    this.failure = failure;
  }
}

export interface Shown {
  readonly text: string;
  /** Length of `text` in code points: what offsets are measured against. */
  readonly codePoints: number;
}

/** How one kind of service is spoken to. Pure: the client owns the connection. */
export interface RemoteAdapter {
  request(shown: Shown, config: RemoteDetectorConfig): { readonly contentType: string; readonly body: string };
  /** Offsets count code points of the text, inside of it. @throws RemoteError. */
  read(answer: Uint8Array, shown: Shown, config: RemoteDetectorConfig): readonly Finding[];
}
