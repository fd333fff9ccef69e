/**
 * `multipart/form-data`, part by part: fields are texts that go by their name, files are masked in the format of their
 * own content type.
 *
 * Owns what stands around parts. Delimiters keep their bytes; headers, and what stands before the first and behind the
 * last part, are masked as text. A part whose bytes cannot be masked loses its content, or ends the stream where the
 * policy says `close`: it is never passed on. Walks the bytes itself: @remix-run/multipart-parser hands out decoded
 * parts without their bytes, drops headers that it does not know, and cannot write a body as it came.
 */
import { ByteQueue, EMPTY, encodeUtf8 } from "../bytes.ts";
import { dropOf } from "../drops.ts";
import type { Edit } from "../edit.ts";
import { StreamError } from "../errors.ts";
import { foldSpan } from "../folded-text.ts";
import { Delimiter } from "../multipart/delimiter.ts";
import { headersEnd, readPart } from "../multipart/headers.ts";
import type { Policy } from "../policy.ts";
import { textEdits } from "../text-edits.ts";
import { DROPPED } from "./fallback.ts";
import { heldField } from "./field-of-form.ts";
import { type FormatMasker, Output, whenInvalid } from "./format-masker.ts";
import type { MediaType } from "./media-type.ts";
import { heldTextEdits } from "../json/editor.ts";
import { type RecordFormat, RecordMasker } from "./record.ts";
import { TextMasker } from "./text.ts";

/** Opens the masker of a part that is a stream of its own. */
export type PartOpener = (type: MediaType) => FormatMasker;

export interface MultipartOptions {
  readonly boundary: string | undefined;
  readonly open: PartOpener;
}

/** A field of a form: one text, held until it is whole. */
class FieldFormat implements RecordFormat {
  readonly fallbackKey: string;
  private readonly policy: Policy;

  constructor(policy: Policy, name: string) {
    this.policy = policy;
    this.fallbackKey = name;
  }

  findEnd(): number {
    return -1;
  }

  mask(record: Uint8Array, output: Output): void {
    const edits = heldTextEdits(this.policy, record, heldField(this.policy, this.fallbackKey));
    const drop = this.policy.drops === undefined ? undefined : dropOf(edits, EMPTY);
    if (drop === undefined) output.writeEdited(record, edits);
    else output.writeReplacement(drop.entity, drop.bytes);
  }

  maskUnfinished(record: Uint8Array, output: Output): void {
    this.mask(record, output);
  }
}

export class MultipartMasker implements FormatMasker {
  private readonly policy: Policy;
  private readonly output: Output;
  private readonly delimiter: Delimiter;
  private readonly open: PartOpener;
  private readonly pending = new ByteQueue();
  private place: "headers" | "content" | "epilogue" = "content";
  /** True while nothing of the section has been taken. */
  private isStart = true;
  /** What the content of the section goes through. */
  private section: FormatMasker;

  /** @throws StreamError `BAD_BOUNDARY` without one, or for one in which something is found: it stands in the output. */
  constructor(policy: Policy, { boundary, open }: MultipartOptions) {
    if (boundary === undefined || textEdits(policy, encodeUtf8(boundary)).length > 0)
      throw new StreamError("BAD_BOUNDARY");
    this.policy = policy;
    this.output = new Output(policy);
    this.delimiter = new Delimiter(boundary);
    this.open = open;
    this.section = new TextMasker(policy);
  }

  get heldBytes(): number {
    return this.pending.length + this.section.heldBytes;
  }

  push(chunk: Uint8Array): Uint8Array {
    if (chunk.length > 0) this.pending.append(chunk);
    this.takeAll(false);
    return this.output.take();
  }

  flush(): Uint8Array {
    this.takeAll(true);
    this.output.write(this.section.flush());
    if (this.place !== "epilogue") this.endUnclosed();
    return this.output.take();
  }

  private takeAll(isLast: boolean): void {
    while (this.place === "headers" ? this.takeHeaders() : this.takeContent(isLast));
  }

  /** True when there may be more to take. */
  private takeContent(isLast: boolean): boolean {
    const { bytes } = this.pending;
    if (this.place === "epilogue") return this.pass(bytes.length);
    const found = this.delimiter.find(bytes, { isStart: this.isStart, isLast });
    if (typeof found === "number") return this.pass(found);
    this.pass(found.contentEnd);
    this.output.write(this.section.flush());
    this.output.write(bytes.subarray(found.contentEnd, found.end));
    this.pending.consume(found.end - found.contentEnd);
    this.place = found.isClosing ? "epilogue" : "headers";
    this.section = found.isClosing ? new TextMasker(this.policy) : DROPPED;
    return true;
  }

  private pass(length: number): false {
    if (length === 0) return false;
    this.isStart = false;
    this.output.write(this.section.push(this.pending.bytes.subarray(0, length)));
    this.pending.consume(length);
    return false;
  }

  private takeHeaders(): boolean {
    const { bytes } = this.pending;
    const end = headersEnd(bytes);
    const limit = this.policy.limits.lineLimitBytes;
    if (end < 0 && bytes.length <= limit) return false;
    this.place = "content";
    if (end < 0 || end > limit) {
      // Headers that are too long are dropped with the part.
      whenInvalid(this.policy, "LINE_TOO_LONG");
      this.section = DROPPED;
      this.isStart = false;
      return true;
    }
    const headers = bytes.subarray(0, end);
    this.output.writeEdited(headers, this.headerEdits(headers));
    this.section = this.openPart(headers);
    this.isStart = true;
    this.pending.consume(end);
    return true;
  }

  private openPart(headers: Uint8Array): FormatMasker {
    const part = readPart(headers);
    if (part.kind === "stream") return this.open(part.type);
    if (part.kind === "field") return new RecordMasker(this.policy, new FieldFormat(this.policy, foldName(part.name)));
    whenInvalid(this.policy, "PART_UNREADABLE");
    return DROPPED;
  }

  private headerEdits(headers: Uint8Array): readonly Edit[] {
    return textEdits(this.policy, headers).map((edit) => ({ ...edit, bytes: encodeHeaderText(edit.bytes) }));
  }

  /** The input ended without the delimiter that closes it. */
  private endUnclosed(): void {
    const rest = this.pending.takeAll();
    if (whenInvalid(this.policy, "BAD_MULTIPART") === "drop" || rest.length === 0) return;
    this.output.writeEdited(rest, this.headerEdits(rest));
  }
}

/** A name is written one character a byte. */
function foldName(name: string): string {
  const bytes = Uint8Array.from(name, (character) => character.charCodeAt(0));
  return foldSpan(bytes, 0, bytes.length);
}

const ESCAPES: Readonly<Record<number, Uint8Array>> = {
  0x22: encodeUtf8("%22"),
  0x0d: encodeUtf8("%0D"),
  0x0a: encodeUtf8("%0A"),
};

/** A replacement inside a quoted parameter, as browsers write it. */
function encodeHeaderText(bytes: Uint8Array): Uint8Array {
  if (!bytes.some((byte) => ESCAPES[byte] !== undefined)) return bytes;
  return Uint8Array.from([...bytes].flatMap((byte) => [...(ESCAPES[byte] ?? [byte])]));
}
