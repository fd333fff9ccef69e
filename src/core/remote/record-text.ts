/**
 * One masked record as a text for a detector that runs elsewhere, and its findings as replacements in the record.
 *
 * Owns offsets: remote detectors count code points of the text that they were shown. Never talks to one.
 */
import { encodeUtf8 } from "../bytes.ts";
import { applyEdits, type Edit, encodeEdits, OffsetMap } from "../edit.ts";
import type { Finding } from "../finding.ts";
import { TEXT_KEPT_BYTES } from "../finder.ts";
import { foldSpan } from "../folded-text.ts";
import { looksLikeJson } from "../json/editor.ts";
import { decodeEscapes, encodeJsonText } from "../json/escapes.ts";
import type { Policy } from "../policy.ts";
import { readJsonTexts, type Segment, type ShownText } from "./json-texts.ts";

/** What a record is called that is masked whole, because nobody could say what is in it. */
export const UNCHECKED = "UNCHECKED";

export interface RecordText {
  /** UTF-8, valid where the record is. */
  readonly text: Uint8Array;
  /** Code points of `text`. */
  readonly codePoints: number;
  /**
   * The record with these findings replaced; offsets count code points of `text`, within it. They may overlap: the union is
   * masked, by the entity of the highest score. The record itself when there is nothing to replace.
   */
  mask(findings: readonly Finding[]): Uint8Array;
}

/** Reads a record that its policy has masked; `isJson` says whether it may be JSON, which is shown without its escapes. */
export function readRecordText(policy: Policy, record: Uint8Array, isJson: boolean): RecordText {
  const shown = (isJson ? readJsonTexts(policy, record) : undefined) ?? plainText(record, isJson);
  const offsets = codePointOffsets(shown.text);
  return {
    text: shown.text,
    codePoints: offsets.length - 1,
    mask: (findings) => {
      const spans = findings
        .map((one) => ({ ...one, start: offsets[one.start], end: offsets[one.end] }))
        .filter((one) => isWanted(policy, shown.text, one));
      return maskSegments(policy, record, { shown, spans: unionOf(spans) });
    },
  };
}

/** What stands for a record of which nothing is known. */
export function uncheckedRecord(policy: Policy, isJson: boolean): Uint8Array {
  policy.observer.masked(UNCHECKED, "redact", 1);
  return encodeUtf8(isJson ? `"[${UNCHECKED}]"` : `[${UNCHECKED}]`);
}

/** Broken JSON is text in which escapes are read too. */
function plainText(record: Uint8Array, isJson: boolean): ShownText {
  const map = new OffsetMap(0, 0);
  const hasEscapes = isJson && looksLikeJson(record);
  const text = hasEscapes ? decodeEscapes(record, { map, decodedOffset: 0, encodedOffset: 0 }, true).text : record;
  const encode = hasEscapes ? encodeJsonText : (bytes: Uint8Array): Uint8Array => bytes;
  const toEdits = (edits: readonly Edit[]): readonly Edit[] => encodeEdits(edits, map, encode);
  return { text, segments: [{ start: 0, text, isName: false, toEdits }] };
}

/** Where each code point of valid UTF-8 begins, and the end. */
function codePointOffsets(text: Uint8Array): number[] {
  const offsets: number[] = [];
  for (let at = 0; at < text.length; at++) if ((text[at] & 0xc0) !== 0x80) offsets.push(at);
  offsets.push(text.length);
  return offsets;
}

/** Disjoint and in order; the higher score gives the name. */
function unionOf(findings: readonly Finding[]): readonly Finding[] {
  const union: Finding[] = [];
  for (const finding of findings.toSorted((one, other) => one.start - other.start)) {
    const last = union.at(-1);
    if (last === undefined || finding.start >= last.end) {
      union.push(finding);
      continue;
    }
    const { entity, score } = finding.score > last.score ? finding : last;
    union[union.length - 1] = { start: last.start, end: Math.max(last.end, finding.end), entity, score };
  }
  return union;
}

interface Found {
  readonly shown: ShownText;
  readonly spans: readonly Finding[];
}

function maskSegments(policy: Policy, record: Uint8Array, { shown, spans }: Found): Uint8Array {
  // What stands there already is a constant of ours, and tells nothing.
  const placeholders = new Set(policy.detectors.map(({ entity }) => `[${entity}]`));
  const edits: Edit[] = [];
  let first = 0;
  for (const segment of shown.segments) {
    const end = segment.start + segment.text.length;
    while (first < spans.length && spans[first].end <= segment.start) first++;
    const inside: Finding[] = [];
    for (let at = first; at < spans.length && spans[at].start < end; at++) inside.push(spans[at]);
    const own = inside
      .flatMap((span) => clip(span, segment))
      .filter((span) => !placeholders.has(foldSpan(segment.text, span.start, span.end)))
      .map((span) => editOf(policy, span, segment));
    if (own.length > 0) edits.push(...segment.toEdits(own));
  }
  for (const { entity } of edits) policy.observer.masked(entity, policy.operatorOf(entity), 1);
  return applyEdits(record, edits);
}

/** The part of a finding that lies in a segment. */
function clip({ start, end, entity, score }: Finding, segment: Segment): Finding[] {
  const isWithin = start >= segment.start && end <= segment.start + segment.text.length;
  if (segment.isName && !isWithin) return [];
  const from = Math.max(0, start - segment.start);
  const to = Math.min(segment.text.length, end - segment.start);
  return from < to ? [{ start: from, end: to, entity, score }] : [];
}

/** Before findings are joined: what is kept must not give its name to what is not. */
function isWanted({ remote }: Policy, text: Uint8Array, { start, end, entity }: Finding): boolean {
  return remote.entities.has(entity) && !remote.isAllowed(foldSpan(text, start, end));
}

function editOf(policy: Policy, finding: Finding, segment: Segment): Edit {
  const { start, end, entity } = finding;
  const text = end - start <= TEXT_KEPT_BYTES ? segment.text.slice(start, end) : null;
  return { start, end, bytes: policy.replace({ ...finding, text }), entity };
}
