/**
 * Asks the remote detectors of a policy about its records, and masks what they find.
 *
 * Owns what becomes of a record of which one of them cannot say what is in it: it is refused or masked whole, and never
 * passes. Their other failures are all alike to whoever sent the record.
 */
import {
  readRecordText,
  StreamError,
  uncheckedRecord,
  type ErrorCode,
  type Finding,
  type Format,
  type Policy,
} from "../../core/index.ts";
import type { Stage, StageStream } from "../masking/stage.ts";
import { decodeText } from "../text.ts";
import type { RemoteClient } from "./client.ts";
import { openCutter } from "./cutter.ts";
import { RecordStream } from "./record-stream.ts";

/** Nothing that anybody could name. */
const HAS_WORD = /[\p{L}\p{N}]/u;

export class RemoteStage implements Stage {
  readonly #policy: Policy;
  readonly #clients: readonly RemoteClient[];

  constructor(policy: Policy, clients: readonly RemoteClient[]) {
    this.#policy = policy;
    this.#clients = clients;
  }

  async maskEvent(masked: Uint8Array): Promise<Uint8Array | ErrorCode> {
    return await this.mask(masked, { isJson: true });
  }

  open(format: Format, policy: Policy): StageStream {
    const cutter = openCutter(format, this.recordLimitBytes);
    if (cutter === undefined) throw new StreamError("REMOTE_FORMAT");
    const { isJson } = cutter;
    return new RecordStream(cutter, {
      mask: (record) => this.mask(record, { isJson, policy }),
      unchecked: () => this.#unchecked(isJson, policy),
    });
  }

  /** The longest record that all of them take. */
  get recordLimitBytes(): number {
    return Math.min(...this.#clients.map(({ config }) => config.recordLimitBytes));
  }

  /** Never rejects. */
  async mask(
    record: Uint8Array,
    { isJson, policy: shared = this.#policy }: { readonly isJson: boolean; readonly policy?: Policy },
  ): Promise<Uint8Array | ErrorCode> {
    const policy = shared.perStream();
    const shown = readRecordText(policy, record, isJson);
    const text = decodeText(shown.text);
    if (!HAS_WORD.test(text)) return record;
    const { codePoints } = shown;
    const answers = await Promise.all(this.#clients.map((client) => client.find({ text, codePoints }, record.length)));
    const findings: Finding[] = [];
    for (const answer of answers) {
      if (typeof answer === "string") return this.#unchecked(isJson, policy);
      findings.push(...answer);
    }
    return shown.mask(findings);
  }

  #unchecked(isJson: boolean, policy: Policy): Uint8Array | ErrorCode {
    const isRefused = this.#clients.some(({ config }) => config.onFailure === "refuse");
    return isRefused ? "REMOTE_DETECTOR_FAILED" : uncheckedRecord(policy, isJson);
  }
}
