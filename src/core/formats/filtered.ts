/** The event stream format behind a filter: what that takes out nobody looks at. */
import { concat } from "../bytes.ts";
import { ExtraFieldsFilter } from "../sse/extra-fields.ts";
import type { FormatMasker } from "./format-masker.ts";

/** `format` is given the lines that clients read. */
export function withoutExtraFields(format: FormatMasker): FormatMasker {
  return new FilteredMasker(format);
}

class FilteredMasker implements FormatMasker {
  private readonly filter = new ExtraFieldsFilter();
  private readonly format: FormatMasker;

  constructor(format: FormatMasker) {
    this.format = format;
  }

  get heldBytes(): number {
    return this.filter.heldBytes + this.format.heldBytes;
  }

  push(chunk: Uint8Array): Uint8Array {
    return this.format.push(this.filter.push(chunk));
  }

  flush(): Uint8Array {
    return concat([this.format.push(this.filter.flush()), this.format.flush()]);
  }
}
