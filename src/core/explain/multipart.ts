/** Explains multipart bodies: what stands around the parts, their headers, and each part by what it is. */
import { StreamError } from "../errors.ts";
import { foldSpan } from "../folded-text.ts";
import { heldField } from "../formats/field-of-form.ts";
import type { FormatOptions } from "../formats/format-options.ts";
import type { FormatChoice } from "../masker.ts";
import { Delimiter } from "../multipart/delimiter.ts";
import { headersEnd, readPart } from "../multipart/headers.ts";
import { explainHeldText, explainText, placed } from "./placed.ts";
import type { Explanation, Witnessing } from "./witness.ts";

export interface MultipartOptions extends FormatOptions {
  /** Explains a part that is a stream of its own. */
  readonly explain: (watched: Witnessing, choice: FormatChoice, input: Uint8Array) => Explanation[];
}

/** @throws StreamError `BAD_BOUNDARY` without one. */
export function* explainMultipart(
  watched: Witnessing,
  { boundary, explain }: MultipartOptions,
  input: Uint8Array,
): Iterable<Explanation> {
  if (boundary === undefined) throw new StreamError("BAD_BOUNDARY");
  for (const { start, end, head, path } of sectionsOf(input, new Delimiter(boundary))) {
    const content = input.subarray(start, end);
    const toInput = (offset: number): number => start + offset;
    if (head === undefined) yield* placed(explainText(watched, content), { input, toInput, path });
    else yield* placed(explainPart(watched, explain, { head, content }), { input, toInput, path });
  }
}

interface Section {
  readonly start: number;
  readonly end: number;
  readonly path: "" | "headers";
  /** The headers of a part's content; undefined for what is none. */
  readonly head?: Uint8Array;
}

/** What stands before the first delimiter, headers and content of each part, and what stands behind the last one. */
function* sectionsOf(input: Uint8Array, delimiter: Delimiter): Iterable<Section> {
  let at = 0;
  let head: Uint8Array | undefined;
  for (;;) {
    const found = delimiter.find(input.subarray(at), { isStart: true, isLast: true });
    const isEnd = typeof found === "number";
    const end = at + (isEnd ? found : found.contentEnd);
    yield { start: at, end, path: "", ...(head === undefined ? {} : { head }) };
    if (isEnd) return;
    at += found.end;
    if (found.isClosing) return yield { start: at, end: input.length, path: "" };
    const length = headersEnd(input.subarray(at));
    yield { start: at, end: length < 0 ? input.length : at + length, path: "headers" };
    if (length < 0) return;
    head = input.subarray(at, at + length);
    at += length;
  }
}

interface Part {
  readonly head: Uint8Array;
  readonly content: Uint8Array;
}

/** By its own path: that of a field has its name. */
function explainPart(
  watched: Witnessing,
  explain: MultipartOptions["explain"],
  { head, content }: Part,
): Explanation[] {
  const part = readPart(head);
  if (part.kind === "unreadable") return [];
  const asItStands = { input: content, toInput: (offset: number) => offset };
  if (part.kind === "stream") {
    const { format, options } = part.type;
    return placed(explain(watched, { format, ...options }, content), { ...asItStands, path: "part" });
  }
  const bytes = Uint8Array.from(part.name, (character) => character.charCodeAt(0));
  const path = foldSpan(bytes, 0, bytes.length);
  const held = heldField(watched.policy, path);
  return placed(explainHeldText(watched, content, held), { ...asItStands, path });
}
