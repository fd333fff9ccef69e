/** Explains CSV: the format that masks it, asked for each cell what it was told. */
import { bomLength } from "../bytes.ts";
import { decodeCell, readRecord } from "../csv/cells.ts";
import type { Edit } from "../edit.ts";
import { CsvFormat } from "../formats/csv.ts";
import type { FormatOptions } from "../formats/format-options.ts";
import type { HeldText } from "../json/editor.ts";
import { AskedTexts, explainHeld, placed, recordsOf } from "./placed.ts";
import { type Explanation, explainEdits, type Witnessing } from "./witness.ts";

class ExplainingCsv extends CsvFormat {
  asked: AskedTexts;

  constructor({ policy, witness }: Witnessing, options: FormatOptions) {
    super(policy, options);
    this.asked = new AskedTexts(witness);
  }

  /** True until the names of the columns are known. */
  get isHeader(): boolean {
    return this.columns === undefined;
  }

  nameOf(index: number): string {
    return this.columns?.names[index]?.replace(/ column$/, "") || `[${index}]`;
  }

  protected override fieldTextEdits(text: Uint8Array, held: HeldText, index: number): readonly Edit[] {
    return this.asked.ask(text, index, () => super.fieldTextEdits(text, held, index));
  }
}

export function* explainCsv(watched: Witnessing, options: FormatOptions, input: Uint8Array): Iterable<Explanation> {
  const { policy, witness } = watched;
  const format = new ExplainingCsv(watched, options);
  for (const { start, record } of recordsOf(input, format)) {
    const { isHeader } = format;
    format.asked = new AskedTexts(witness);
    witness.length = 0;
    const edits = format.editsOf(record) ?? [];
    const { cells } = readRecord(record, start === 0 ? bomLength(record) : 0, format.framing.delimiter ?? 0);
    for (const one of format.asked.all) {
      const { map } = decodeCell(record, cells[one.index]);
      const toInput = (offset: number): number => start + map.toEncoded(offset);
      const path = isHeader ? "" : format.nameOf(one.index);
      yield* placed(explainHeld(watched, one.text, one), { input, toInput, path });
    }
    // A record whose last quote is missing is one text.
    if (format.asked.all.length > 0 || edits.length === 0) continue;
    const toInput = (offset: number): number => start + offset;
    yield* placed(explainEdits(policy, record, { edits, witness }), { input, toInput, path: "" });
  }
}
