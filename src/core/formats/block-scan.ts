/**
 * Where something may be in a block of whole records, found in one run of the automaton.
 *
 * Owns the quick no for records: nothing ends in one, or only shapes that need a word which stands nowhere near.
 * Knows no format. Records are asked about in order.
 */
import { type ContextWords, MAY_HIDE } from "../context-words.ts";
import type { Engine } from "../engine.ts";
import type { Hits } from "../hits.ts";
import type { DecodedRecords } from "../json/decoded-record.ts";
import { ANYWHERE, JsonContext } from "../json/record-context.ts";
import type { Rule } from "../rule.ts";
import { plausibleRules, refusesEnd, STRETCH_LIMIT_BYTES, wideFrom } from "../plausible.ts";
import type { Span } from "../span.ts";

/**
 * Bytes of words that are read to clear a record, by its length; where many matches stand in one long text each would read
 * all of it again. What is over goes the careful way.
 */
const READS_LIMIT = 16;
const READS_LEAST_BYTES = 4096;

/** The words of which these rules need one; null when one of them needs none. */
function neededWords(rules: readonly Rule[], { wordless, words }: Hits): ContextWords | null {
  return rules.some((rule) => wordless.includes(rule)) ? null : words;
}

/** Where the words stand that may be context of a match. */
export interface RecordContext {
  /**
   * True when what names the text in which a match ends before `place` is one of the words. Absent where
   * names stand in the record, or are no such words.
   */
  readonly isNamed?: ((words: ContextWords, place: number, record: Span) => boolean) | undefined;
  /** The first byte of a record from which on words count for what begins at `at`, or ANYWHERE. */
  wordsFrom(at: number, record: Span): number;
}

/** What stands for something else in a record, so that words near it may be others. */
export interface Disguises {
  /** True when some stands between two places. */
  standIn(from: number, to: number): boolean;
}

/** Answers as `ContextWords.glance`, over all that may be context of a match. */
export type WordGlance = (words: ContextWords, start: number, end: number) => number;

export class BlockScan {
  private readonly block: Uint8Array;
  /** Where matches end, in order; the match ends before that byte. */
  private readonly places: number[] = [];
  /** By place: where its match begins at the earliest. */
  private readonly starts: number[] = [];
  private readonly hits: Hits[] = [];
  /** By place: the rules that are plausible there; undefined while nobody asked. */
  private readonly rules: (readonly Rule[] | undefined)[] = [];
  /** By place: the words of which one is needed; null when none is. */
  private readonly words: (ContextWords | null)[] = [];
  private next = 0;
  private nextSuspect = 0;
  private readonly neededWords: ContextWords;
  private wordsAskedAt = -1;
  private hasWords = false;

  constructor(engine: Engine, block: Uint8Array) {
    const { scan } = engine;
    this.block = block;
    this.neededWords = engine.neededWords;
    const last = scan.run(block, scan.begin());
    const { size, places, states } = scan.hits;
    for (let i = 0; i < size; i++) {
      const hits = engine.hitsAt(states[i]);
      if (!refusesEnd(block, places[i], hits)) this.note(places[i], hits, scan.idleBefore(places[i]));
    }
    const atEnd = scan.matchesAtEnd(last);
    if (atEnd.length > 0) this.note(block.length, engine.hitsOf(atEnd), scan.idleBefore(block.length));
  }

  private note(place: number, hits: Hits, idle: number): void {
    const { length } = this.places;
    // Where all need a word, most have none: then nobody asks which of them.
    const rules =
      hits.wordless.length === 0 ? undefined : plausibleRules(this.block, { start: idle + 1, end: place }, hits);
    if (rules?.length === 0) return;
    this.places[length] = place;
    this.starts[length] = idle + 1;
    this.hits[length] = hits;
    this.rules[length] = rules;
    this.words[length] = rules === undefined ? hits.words : neededWords(rules, hits);
  }

  private rulesAt(i: number): readonly Rule[] {
    const stretch = { start: this.starts[i], end: this.places[i] };
    return (this.rules[i] ??= plausibleRules(this.block, stretch, this.hits[i]));
  }

  /** The first place after `from`, or Infinity. */
  placeAfter(from: number): number {
    this.passTo(from);
    while (this.next < this.places.length && this.rulesAt(this.next).length === 0) this.next++;
    return this.places[this.next] ?? Infinity;
  }

  private passTo(from: number): void {
    while (this.next < this.places.length && this.places[this.next] <= from) this.next++;
  }

  /**
   * As `placeAfter`, but passes over shapes that need a word and have none, whatever their record. Asked in order.
   */
  suspectAfter(from: number, glance: WordGlance): number {
    while (this.nextSuspect < this.places.length) {
      const i = this.nextSuspect;
      if (this.places[i] > from && !this.isWordless(i, glance)) return this.places[i];
      this.nextSuspect++;
    }
    return Infinity;
  }

  private isWordless(i: number, glance: WordGlance): boolean {
    const words = this.words[i];
    const start = this.starts[i];
    const end = this.places[i];
    if (words === null || end - start > STRETCH_LIMIT_BYTES) return false;
    return glance(words, start, end) === 0 || this.rulesAt(i).length === 0;
  }

  /** Ends of matches in a record, counted from its start. */
  placesIn(start: number, end: number): readonly number[] {
    const places: number[] = [];
    this.passTo(start);
    for (let i = this.next; i < this.places.length && this.places[i] <= end; i++)
      if (this.rulesAt(i).length > 0) places.push(this.places[i] - start);
    return places;
  }

  /**
   * True when a record may hold a finding. A shape that needs a context word has none in a record without one, unless
   * what names its texts is such a word. With `disguises` also where words cannot be told because of them.
   */
  hasMatch(record: Span, context: RecordContext, disguises?: Disguises): boolean {
    const { start, end } = record;
    const length = end - start;
    let left = READS_LEAST_BYTES + READS_LIMIT * length;
    this.passTo(start);
    for (let i = this.next; i < this.places.length && this.places[i] <= end; i++) {
      const words = this.words[i];
      if (words === null || left < 0) return true;
      if (context.isNamed !== undefined) left -= length;
      if (context.isNamed?.(words, this.places[i], record) === true && this.isNamed(i, context, record)) return true;
      const first = context.wordsFrom(Math.max(start, this.starts[i]), record);
      const from = first === ANYWHERE ? start : first;
      const to = first === ANYWHERE ? end : this.places[i];
      left -= to - from;
      if (from === start && !this.mayHoldWords(start, end)) {
        if (disguises?.standIn(from, to) === true) return true;
        continue;
      }
      const glance = words.glance(this.block, from, to);
      const wide =
        (glance & MAY_HIDE) === 0 ? from : Math.max(start, Math.min(from, wideFrom(this.block, this.starts[i])));
      const isSeen = glance !== 0 || disguises?.standIn(wide, to) === true;
      if (!isSeen || this.rulesAt(i).length === 0) continue;
      const found = words.wordsIn(this.block, wide, to);
      if (found === undefined || this.holds(i, found)) return true;
      if (disguises?.standIn(wide, to) === true) return true;
    }
    return false;
  }

  /** True when one of the rules at a place counts beside one of these words. Each needs one. */
  private holds(at: number, found: readonly string[]): boolean {
    return found.length > 0 && this.rulesAt(at).some(({ contextWords }) => contextWords().mayHoldOf(found));
  }

  private isNamed(at: number, context: RecordContext, record: Span): boolean {
    return this.rulesAt(at).some(({ contextWords }) => context.isNamed?.(contextWords(), this.places[at], record));
  }

  /** False when the record holds no word that some shape needs; asked for one record after the other. */
  private mayHoldWords(start: number, end: number): boolean {
    if (this.wordsAskedAt !== start) {
      this.wordsAskedAt = start;
      this.hasWords = this.neededWords.inBytes(this.block, start, end) !== false;
    }
    return this.hasWords;
  }
}

/** By record: true when it is certain that the decoded text shows no finding. */
export function cleanDecoded(engine: Engine, records: DecodedRecords): readonly boolean[] {
  const { text, spans } = records;
  if (spans.length === 0) return [];
  const scan = new BlockScan(engine, text);
  const context = new JsonContext(text, (record) => records.quotesIn(record));
  return spans.map((span) => !scan.hasMatch(span, context));
}
