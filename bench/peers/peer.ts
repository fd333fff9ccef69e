/**
 * What a competitor in a measurement is: something that takes a corpus and says what it cost.
 *
 * Owns the shape, and the clock of peers in this process: CPU time of the process, since the machine may be shared.
 */
import { Buffer } from "node:buffer";
import type { Corpus } from "../corpora/corpus.ts";

export interface Run {
  readonly cpuSeconds: number;
  /** The whole output; left out by a peer that only tells where matches end. */
  readonly output?: Uint8Array;
  /** Matches or ends of matches seen. */
  readonly matches?: number;
}

export interface Subject {
  /** Goes through the corpus once. With `isKept` the output is returned, else it may be thrown away. */
  run(isKept: boolean): Promise<Run>;
}

export interface Absence {
  readonly reason: string;
}

export interface PeerContext {
  /** A folder that may be written to, kept between runs. */
  readonly buildFolder: string;
  readonly benchFolder: string;
}

/** What a peer is to look for: by entity, in the syntax of patterns.ts. */
export type Patterns = Readonly<Record<string, string>>;

export interface OpenContext extends PeerContext {
  readonly patterns: Patterns;
}

export interface Peer {
  readonly name: string;
  /** One line: what is measured. */
  readonly summary: string;
  /** How much of the corpus a slow one gets; all when left out. */
  readonly sampleBytes?: number;
  /** How it is held to its answer. */
  readonly answer: Answer;
  /** Undefined when it can run here. */
  absence(context: PeerContext): Absence | undefined;
  open(corpus: Corpus, context: OpenContext): Promise<Subject>;
}

/**
 * `same` = the input, `masked` = the input without any value of the gold, `ends` = as many matches as the gold at least,
 * `lines` = as many lines as the input.
 */
export type Answer = "same" | "masked" | "ends" | "lines";

/** CPU seconds of this process, its compiler and its collector included. */
export function measure<T>(work: () => T): { readonly result: T; readonly cpuSeconds: number } {
  const begun = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(begun);
  return { result, cpuSeconds: (user + system) / 1e6 };
}

/** A subject that turns bytes into pieces of output in this process. Joining them is not part of the work. */
export function inProcess(work: () => readonly Uint8Array[]): Subject {
  return {
    run: async (isKept) => {
      const { result, cpuSeconds } = measure(work);
      return { cpuSeconds, ...(isKept ? { output: Buffer.concat(result) } : {}) };
    },
  };
}
