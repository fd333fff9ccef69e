/**
 * Runs the automaton over a stream and says where something may be.
 *
 * Owns the automaton's place in one stream. A region is a stretch in which matches begin that have ended:
 * everything outside the regions is clean. Never looks at a byte twice and keeps no text.
 */
import type { ContextWords } from "./context-words.ts";
import type { Engine } from "./engine.ts";
import type { Hits } from "./hits.ts";
import { inOrder, type Rule } from "./rule.ts";
import { plausibleInText, refusesEnd, type TextAround } from "./plausible.ts";
import type { Scan, ScanState } from "./scan.ts";

/** A stretch in which matches may begin, and the rules that matched in it, in order of rank. */
export interface Region {
  readonly start: number;
  end: number;
  rules: readonly Rule[];
}

export interface TextScanner {
  /** Regions that are not settled yet, in order; two may begin at the same place. */
  readonly regions: Region[];
  /** Bytes scanned so far. */
  readonly position: number;
  /** No match that begins before this can still grow or appear. */
  readonly safeTo: number;
  /** `ran`: where the automata have come to, when they have just run over the bytes. */
  scan(bytes: Uint8Array, ran?: ScanState): void;
  /** Tells that the text ends here; `bytes` are its last ones, all that is undecided among them. */
  end(bytes: Uint8Array): void;
}

export class Scanner implements TextScanner, TextAround {
  readonly regions: Region[] = [];
  position = 0;
  safeTo = 0;

  private readonly engine: Engine;
  private readonly automata: Scan;
  private state: ScanState;
  /** The last idle place: no thread that is alive began before it. */
  private liveFrom = 0;
  private readonly key: string;

  constructor(engine: Engine, key: string) {
    this.engine = engine;
    this.key = key;
    this.automata = engine.scan;
    this.state = engine.scan.begin();
  }

  /** Scans on. O(bytes.length). */
  scan(bytes: Uint8Array, ran?: ScanState): void {
    const { automata } = this;
    this.state = ran ?? automata.run(bytes, this.state);
    this.noteAll(bytes);
    const idle = automata.idleBefore(bytes.length);
    if (idle >= 0) this.liveFrom = this.position + idle + 1;
    this.position += bytes.length;
    if (this.liveFrom === this.position) this.safeTo = this.position;
    // A stream that never goes idle is settled all the same: no thread is older than the longest match alive.
    else this.safeTo = Math.max(this.safeTo, this.liveFrom, this.position - automata.longestLiveBytes(this.state));
  }

  end(bytes: Uint8Array): void {
    const matches = this.automata.matchesAtEnd(this.state);
    if (matches.length > 0) this.noteEnd(bytes, this.engine.hitsOf(matches));
    this.safeTo = this.position;
  }

  private noteEnd(bytes: Uint8Array, hits: Hits): void {
    const offset = this.position - bytes.length;
    const start = this.liveFrom - offset;
    const around: TextAround = { isAtStart: offset === 0, isNamed: (words) => this.isNamed(words) };
    // What began before the bytes at hand is left to the resolver.
    const rules = start < 0 ? hits.rules : plausibleInText(bytes, { start, end: bytes.length }, hits, around);
    if (rules.length > 0) this.noteFrom(this.liveFrom, this.position, rules);
  }

  get isAtStart(): boolean {
    return this.position === 0;
  }

  isNamed(words: ContextWords): boolean {
    return words.inText(this.key);
  }

  private noteAll(bytes: Uint8Array): void {
    const { size, places, states } = this.automata.hits;
    for (let i = 0; i < size; i++) this.noteMatch(bytes, places[i], this.engine.hitsAt(states[i]));
  }

  private noteMatch(bytes: Uint8Array, place: number, hits: Hits): void {
    if (refusesEnd(bytes, place, hits, this.isAtStart)) return;
    const idle = this.automata.idleBefore(place);
    const start = idle >= 0 ? this.position + idle + 1 : this.liveFrom;
    const end = this.position + place;
    const last = this.regions.at(-1);
    // Many matches can end one byte later as well.
    if (last !== undefined && start <= last.start && hasAll(last.rules, hits.rules)) {
      last.end = end;
      return;
    }
    // A match that began in an earlier chunk is left to the resolver.
    const isHere = idle >= 0 || this.isAtStart;
    const rules = isHere ? plausibleInText(bytes, { start: idle + 1, end: place }, hits, this) : hits.rules;
    if (rules.length > 0) this.noteFrom(start, end, rules);
  }

  private noteFrom(start: number, end: number, rules: readonly Rule[]): void {
    const last = this.regions.at(-1);
    if (last !== undefined && start <= last.start) this.extend(last, end, rules);
    else this.regions.push({ start, end, rules });
  }

  private extend(region: Region, end: number, rules: readonly Rule[]): void {
    region.end = end;
    if (!hasAll(region.rules, rules)) region.rules = inOrder([...region.rules, ...rules]);
  }
}

function hasAll(rules: readonly Rule[], some: readonly Rule[]): boolean {
  if (rules === some) return true;
  for (const rule of some) if (!rules.includes(rule)) return false;
  return true;
}
