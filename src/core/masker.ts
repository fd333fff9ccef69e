/**
 * The masker: bytes of a format in, masked bytes out.
 *
 * Owns the one way out: valid UTF-8 first, then the format, and after a failure nothing more.
 */
import { checkBytes, concat, plainView } from "./bytes.ts";
import { ConfigurationError, StreamError, toStreamError } from "./errors.ts";
import type { Finding } from "./finding.ts";
import { eventDataEdits, validEvent } from "./formats/event-data.ts";
import { CsvMasker } from "./formats/csv-masker.ts";
import { FormMasker } from "./formats/form-masker.ts";
import { type FormatMasker, Output, whenInvalid } from "./formats/format-masker.ts";
import type { FormatOptions } from "./formats/format-options.ts";
import { JoinedMasker } from "./formats/joined.ts";
import { JsonSeqFormat } from "./formats/json-seq.ts";
import { JsonMasker, WholeJsonFormat } from "./formats/json.ts";
import { MultipartMasker } from "./formats/multipart.ts";
import { LineFormat, NdjsonMasker } from "./formats/ndjson.ts";
import { RecordMasker } from "./formats/record.ts";
import { withoutExtraFields } from "./optional.ts";
import { SseFormat } from "./formats/sse.ts";
import { SseMasker } from "./formats/sse-masker.ts";
import { TextMasker } from "./formats/text.ts";
import type { Format, Policy } from "./policy.ts";
import { findRead } from "./readings/reading-finder.ts";
import { isUtf8, Utf8Repair } from "./utf8-repair.ts";

/** One stream being masked. Not for use after `flush`; after it threw, every call throws the same again. */
export interface StreamMasker {
  /**
   * Adds one chunk; returns the bytes that no later chunk can change (often empty, often a view of the chunk).
   * All returns joined, plus `flush()`, equal `maskWhole` of the joined chunks, whatever the cuts.
   * The chunk is never written to. The caller must not change it afterwards.
   * @throws StreamError `INVALID_INPUT` when the policy says `onInvalid: close`, `BAD_CHUNK` for what are no bytes.
   */
  push(chunk: Uint8Array): Uint8Array;
  /** Ends the input; returns the rest, every byte of it decided. */
  flush(): Uint8Array;
  /** Bytes received and not yet returned or replaced. */
  readonly heldBytes: number;
}

type Opener = (policy: Policy, options: FormatOptions) => FormatMasker;

const OPENERS: Readonly<Record<Format, Opener>> = {
  text: (policy) => new TextMasker(policy),
  json: (policy) =>
    policy.readers.length > 0 ? new RecordMasker(policy, new WholeJsonFormat(policy)) : new JsonMasker(policy),
  ndjson: (policy) =>
    policy.joins.fields ? new JoinedMasker(policy, new LineFormat(policy)) : new NdjsonMasker(policy),
  "json-seq": (policy) => {
    const format = new JsonSeqFormat(policy);
    return policy.joins.fields ? new JoinedMasker(policy, format) : new RecordMasker(policy, format);
  },
  sse: (policy) => {
    const joins = policy.joins.fields || policy.joins.messages;
    const masker = joins ? new JoinedMasker(policy, new SseFormat(policy)) : new SseMasker(policy);
    return policy.extraFields === "drop" ? withoutExtraFields(masker) : masker;
  },
  csv: (policy, options) => new CsvMasker(policy, options),
  form: (policy) => new FormMasker(policy),
  multipart: (policy, { boundary }) =>
    new MultipartMasker(policy, { boundary, open: ({ format, options }) => OPENERS[format](policy, options) }),
};

const NO_POLICY = "policy: hand over what compilePolicy returns";
const NO_FORMAT = `there is no such format; there are ${Object.keys(OPENERS).join(", ")}`;

/** A format, alone or with what its media type says in parameters. */
export type FormatChoice = Format | ({ readonly format: Format } & FormatOptions);

/**
 * Opens a masker for one stream of this format.
 * @throws ConfigurationError for a format that there is not, and for a policy that is not compiled.
 */
export function createMasker(policy: Policy, choice: FormatChoice): StreamMasker {
  // Callers without types leave one out, or hand over the policy as it is written.
  const given: { readonly perStream?: unknown } | null | undefined = policy;
  if (typeof given?.perStream !== "function") throw new ConfigurationError("BAD_CONFIG", NO_POLICY);
  const { format, ...options } = typeof choice === "string" ? { format: choice } : { ...choice };
  if (!Object.hasOwn(OPENERS, format)) throw new ConfigurationError("BAD_CONFIG", NO_FORMAT, ["format"]);
  const own = policy.perStream();
  return new GuardedMasker(own, OPENERS[format](own, options));
}

class GuardedMasker implements StreamMasker {
  private readonly policy: Policy;
  private readonly format: FormatMasker;
  private readonly repair = new Utf8Repair();
  private failure: Error | undefined;

  constructor(policy: Policy, format: FormatMasker) {
    this.policy = policy;
    this.format = format;
  }

  get heldBytes(): number {
    return this.failure === undefined ? this.format.heldBytes : 0;
  }

  push(chunk: Uint8Array): Uint8Array {
    return this.guard(() => {
      checkBytes(chunk);
      return this.format.push(this.valid(this.repair.push(chunk)));
    });
  }

  flush(): Uint8Array {
    return this.guard(() => concat([this.format.push(this.valid(this.repair.flush())), this.format.flush()]));
  }

  private valid(bytes: Uint8Array): Uint8Array {
    if (this.repair.replaced > 0) {
      this.repair.replaced = 0;
      whenInvalid(this.policy, "INVALID_UTF8");
    }
    return bytes;
  }

  // What a failed engine would return next is unknown, so nothing is returned any more.
  private guard(run: () => Uint8Array): Uint8Array {
    if (this.failure !== undefined) throw this.failure;
    try {
      return run();
    } catch (error) {
      this.failure = toStreamError(error);
      throw this.failure;
    }
  }
}

/** Masks a whole input: the definition of correct that every stream must equal. */
export function maskWhole(policy: Policy, choice: FormatChoice, input: Uint8Array): Uint8Array {
  const masker = createMasker(policy, choice);
  return concat([masker.push(input), masker.flush()]);
}

/**
 * Masks the data of one event: as JSON when it is one JSON value, else as text by `onInvalid`.
 * Returns null when the policy drops it; a view of the input when there was nothing to mask.
 * @throws StreamError `INVALID_INPUT` when the policy says `onInvalid: close`.
 */
export function maskEvent(shared: Policy, data: Uint8Array): Uint8Array | null {
  const masked = tryMaskEvent(shared, data);
  return typeof masked === "string" ? null : masked;
}

/** The same, with the reason for which the policy drops it. */
export function tryMaskEvent(shared: Policy, data: Uint8Array): Uint8Array | "INVALID_INPUT" | "EVENT_DROPPED" {
  checkBytes(data);
  const policy = shared.perStream();
  const valid = validEvent(policy, data);
  const edits = eventDataEdits(policy, valid);
  if (edits === undefined) return "INVALID_INPUT";
  if (edits.length === 0) return valid;
  const output = new Output(policy);
  if (output.dropsEvent(valid, edits)) return "EVENT_DROPPED";
  output.writeEdited(valid, edits);
  return output.take();
}

/**
 * All findings in a text, disjoint and in order; offsets are bytes.
 * @throws StreamError `BAD_CHUNK`, `INVALID_UTF8`: a repair would move the offsets.
 */
export function findAll(policy: Policy, text: Uint8Array): Finding[] {
  checkBytes(text);
  if (!isUtf8(text)) throw new StreamError("INVALID_UTF8");
  return findRead(policy, plainView(text)).map(({ start, end, entity, score }) => ({ start, end, entity, score }));
}
