/** Formats that come in records, where a text may go on from one to the next. */
import { concat } from "../bytes.ts";
import type { Policy } from "../policy.ts";
import type { FormatMasker } from "./format-masker.ts";
import { JoiningOutput } from "./joining-output.ts";
import { type RecordFormat, RecordMasker } from "./record.ts";

export class JoinedMasker implements FormatMasker {
  private readonly output: JoiningOutput;
  private readonly records: RecordMasker;

  constructor(policy: Policy, format: RecordFormat) {
    this.output = new JoiningOutput(policy);
    this.records = new RecordMasker(policy, format, this.output);
  }

  get heldBytes(): number {
    return this.records.heldBytes + this.output.heldBytes;
  }

  push(chunk: Uint8Array): Uint8Array {
    return this.records.push(chunk);
  }

  flush(): Uint8Array {
    const last = this.records.flush();
    this.output.end();
    return concat([last, this.output.take()]);
  }
}
