/** A format behind a filter: what the filter takes out nobody looks at. */
import { concat } from "../bytes.ts";
import type { FormatMasker } from "./format-masker.ts";

interface Filter {
  readonly heldBytes: number;
  push(chunk: Uint8Array): Uint8Array;
  flush(): Uint8Array;
}

export class FilteredMasker implements FormatMasker {
  private readonly filter: Filter;
  private readonly format: FormatMasker;

  constructor(filter: Filter, format: FormatMasker) {
    this.filter = filter;
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
