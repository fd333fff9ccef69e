/**
 * Finds everything in one text that arrives in pieces.
 *
 * Owns the bytes that are not decided yet. Pure in the text: however it is cut, the findings are the same,
 * because a region or a chunk only says *when* a place is looked at, never what is found there.
 */
import { LOOK_BACK_BYTES } from "./candidate.ts";
import type { Surroundings } from "./surroundings.ts";
import { BlindScanner } from "./blind-scanner.ts";
import { Cluster } from "./cluster.ts";
import type { Engine } from "./engine.ts";
import type { Finding } from "./finding.ts";
import { EMPTY } from "./bytes.ts";
import { type Dfa, HAS_MATCH, ROW_BITS, STATE, UNKNOWN } from "./pattern/dfa.ts";
import { KIND } from "./pattern/neighbour.ts";
import { BLOCKED, Resolver, type RuleFinding, Tail } from "./resolver.ts";
import type { ScanState } from "./scan.ts";
import { type Region, Scanner, type TextScanner } from "./scanner.ts";
import { Window } from "./window.ts";

/** Findings longer than this are replaced without their text: operators then fall back to `redact`. */
export const TEXT_KEPT_BYTES = 16_384;

/**
 * A finding that is complete, with the bytes it covers; null when its operator does not want them, or when they are
 * longer than TEXT_KEPT_BYTES.
 */
export interface FoundText extends Finding {
  readonly text: Uint8Array | null;
  /** Which finding of its entity it is in the stream, from 1; absent where nobody counts. */
  readonly count?: number;
}

let passes = 0;

export class Finder {
  /** Complete findings since the caller last emptied the list; disjoint, in order, all before `clearTo`. */
  readonly found: FoundText[] = [];

  private readonly engine: Engine;
  private readonly scanner: TextScanner;
  private ownResolver: Resolver | undefined;
  private readonly key: string;
  private readonly window: Window;
  private isEnded = false;
  private resolvedTo = 0;
  private tails: Tail[] = [];
  /** The first end of a tail that may still grow. */
  private tailsTo = Infinity;
  private cluster: Cluster | undefined;

  constructor(engine: Engine, key = "") {
    this.engine = engine;
    this.key = key;
    this.window = new Window(engine.scratch);
    this.scanner = engine.isBlind ? new BlindScanner(engine) : new Scanner(engine, key);
  }

  /** Every byte before this is decided, and no open finding covers it. */
  get clearTo(): number {
    return this.cluster === undefined ? this.resolvedTo : this.cluster.start;
  }

  /** Bytes received that are not decided or lie in an open finding. */
  get heldBytes(): number {
    return this.scanner.position - Math.max(this.clearTo, this.window.offset);
  }

  /** Adds bytes. O(bytes.length) and a few bytes of what is held. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.window.load(bytes);
    this.scanner.scan(bytes);
    this.resolve();
    this.window.keepFrom(this.keepFrom);
  }

  /**
   * A whole text at once, instead of `push` and `end`: most texts hold nothing that needs a second look. `ran`: where
   * `engine.scan` has come to, when its last run was over this text.
   */
  findWhole(text: Uint8Array, ran?: ScanState): readonly FoundText[] {
    const { scanner } = this;
    scanner.scan(text, ran);
    scanner.end(text);
    if (scanner.regions.length === 0) return this.found;
    this.isEnded = true;
    this.window.load(text);
    this.resolve();
    this.closeCluster();
    return this.found;
  }

  /** Ends the text: everything is decided. */
  end(): void {
    this.isEnded = true;
    this.window.load(EMPTY);
    this.scanner.end(this.window.bytes);
    this.resolve();
    this.closeCluster();
  }

  /** Bytes of a span that lies between the last `clearTo` before a push and the one after it; lasting views. */
  slice(start: number, end: number): Uint8Array {
    return this.window.slice(start, end);
  }

  /** Lets go of what only `slice` needs. To be called when a push has been answered. */
  forget(): void {
    this.window.forget();
  }

  private get keepFrom(): number {
    const lookBack = this.resolvedTo - LOOK_BACK_BYTES;
    const { cluster } = this;
    if (cluster === undefined || !this.engine.keepsText || this.isLong(cluster)) return lookBack;
    return Math.min(lookBack, cluster.start);
  }

  private isLong(cluster: Cluster): boolean {
    return this.resolvedTo - cluster.start > TEXT_KEPT_BYTES;
  }

  private get around(): Surroundings {
    const { bytes, offset } = this.window;
    return { bytes, offset, isEnded: this.isEnded, key: this.key, pass: passes++ };
  }

  private resolve(): void {
    const around = this.around;
    for (const tail of this.tails) tail.advance(around);
    this.settleTails();
    const { regions } = this.scanner;
    let next = 0;
    let isWaiting = false;
    while (!isWaiting && this.resolvedTo < this.limit) {
      while (next < regions.length && regions[next].end <= this.resolvedTo) next++;
      const region = next < regions.length ? regions[next] : undefined;
      if (region === undefined || region.start >= this.limit) this.moveTo(this.limit);
      else {
        if (region.start > this.resolvedTo) this.moveTo(region.start);
        isWaiting = !this.resolveRegion(region, around);
      }
    }
    regions.splice(0, next);
    if (!isWaiting) this.moveTo(this.resolvedTo);
  }

  /** Made when there is something to resolve, which most texts do not have. */
  private get resolver(): Resolver {
    return (this.ownResolver ??= new Resolver(this.engine));
  }

  /** How far places may be resolved now: no further than a tail that may still grow. */
  private get limit(): number {
    return Math.min(this.scanner.safeTo, this.tailsTo);
  }

  /** Looks at each place of a region; false when it has to wait for more bytes. */
  private resolveRegion(region: Region, around: Surroundings): boolean {
    const { resolver } = this;
    const { rules } = region;
    let end = Math.min(region.end, this.limit);
    resolver.begin(rules);
    for (let start = this.resolvedTo; ; start++) {
      start = resolver.placeFrom(around, start, end, rules);
      if (start >= end) break;
      const findings = resolver.at(around, start, rules);
      if (findings.length === 0) continue;
      this.moveTo(start);
      if (findings === BLOCKED) return false;
      for (const finding of findings) this.accept(finding, around);
      end = Math.min(region.end, this.limit);
    }
    this.moveTo(end);
    return true;
  }

  private accept(finding: RuleFinding, around: Surroundings): void {
    this.resolver.nextStart[finding.rule.rank] = finding.end;
    this.cover(finding);
    if (finding.tail === undefined) return;
    const tail = new Tail(finding, finding.tail, around);
    this.tails.push(tail);
    this.resolver.nextStart[finding.rule.rank] = Infinity;
    tail.advance(around);
    this.settleTails();
  }

  private settleTails(): void {
    if (this.tails.length === 0) return;
    for (const tail of this.tails) {
      this.cover({ ...tail.finding, end: tail.end });
      if (!tail.isOpen) this.resolver.nextStart[tail.finding.rule.rank] = tail.end;
    }
    this.tails = this.tails.filter((tail) => tail.isOpen);
    this.tailsTo = Math.min(Infinity, ...this.tails.map((tail) => tail.end));
  }

  private cover(finding: RuleFinding): void {
    if (this.cluster === undefined) this.cluster = new Cluster(finding);
    else this.cluster.add(finding);
  }

  /** Moves on to `position`; a cluster that ends at or before it is complete, unless a tail may still extend it. */
  private moveTo(position: number): void {
    this.resolvedTo = position;
    if (this.cluster !== undefined && this.cluster.end <= position && this.tails.length === 0) this.closeCluster();
  }

  private closeCluster(): void {
    const { cluster } = this;
    if (cluster === undefined) return;
    this.cluster = undefined;
    const { start, end, entity, score } = cluster;
    const { bytes, offset } = this.window;
    const isKept = cluster.needsText && end - start <= TEXT_KEPT_BYTES;
    const text = isKept ? bytes.slice(start - offset, end - offset) : null;
    this.found.push({ start, end, entity, score, text });
  }
}

/** True when it is certain that a text holds no match end of any rule: nothing to find, nothing to allocate. */
export function isClean(engine: Engine, bytes: Uint8Array, span: { start: number; end: number }): boolean {
  if (engine.isBlind) return false;
  const { automata } = engine;
  for (let i = 0; i < automata.length; i++) if (!endsNowhere(automata[i], bytes, span)) return false;
  return true;
}

/** True when this automaton meets no match end. */
function endsNowhere(dfa: Dfa, bytes: Uint8Array, span: { start: number; end: number }): boolean {
  let entry = dfa.start(KIND.none);
  let { table } = dfa;
  for (let i = span.start; i < span.end; i++) {
    let next = table[((entry & STATE) << ROW_BITS) | bytes[i]];
    if (next >= HAS_MATCH) {
      if (next !== UNKNOWN) return false;
      next = dfa.step(entry, bytes[i]);
      if ((next & HAS_MATCH) !== 0) return false;
      ({ table } = dfa);
    }
    entry = next;
  }
  return dfa.matchesAtEnd(entry).length === 0;
}

/** All findings of a whole text. */
export function findIn(engine: Engine, text: Uint8Array, key = ""): readonly FoundText[] {
  if (engine.isBlind) return new Finder(engine, key).findWhole(text);
  const { scan } = engine;
  const ran = scan.run(text, scan.begin());
  const isClean = scan.hits.size === 0 && scan.matchesAtEnd(ran).length === 0;
  return isClean ? [] : new Finder(engine, key).findWhole(text, ran);
}
