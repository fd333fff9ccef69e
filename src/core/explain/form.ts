/** Explains forms: the name of each pair, and the format that masks its value. */
import type { Edit } from "../edit.ts";
import { foldSpan } from "../folded-text.ts";
import { decodeFormText, FORM_NAME, FormFormat } from "../formats/form.ts";
import type { HeldText } from "../json/editor.ts";
import { AskedTexts, explainHeld, explainHeldText, placed, recordsOf } from "./placed.ts";
import type { Explanation, Witnessing } from "./witness.ts";

const EQUALS = 0x3d;

class ExplainingForm extends FormFormat {
  readonly asked: AskedTexts;

  constructor({ policy, witness }: Witnessing) {
    super(policy);
    this.asked = new AskedTexts(witness);
  }

  protected override valueEdits(text: Uint8Array, held: HeldText): readonly Edit[] {
    return this.asked.ask(text, 0, () => super.valueEdits(text, held));
  }
}

export function* explainForm(watched: Witnessing, input: Uint8Array): Iterable<Explanation> {
  for (const { start, record: pair, isWhole } of recordsOf(input, new FormFormat(watched.policy))) {
    const textEnd = isWhole ? pair.length - 1 : pair.length;
    const equals = pair.indexOf(EQUALS);
    const nameEnd = equals < 0 ? textEnd : equals;
    const name = decodeFormText(pair, 0, nameEnd);
    const toName = (offset: number): number => start + name.map.toEncoded(offset);
    yield* placed(explainHeldText(watched, name.text, FORM_NAME), { input, toInput: toName, path: "" });
    const form = new ExplainingForm(watched);
    form.pairEdits(pair);
    const value = decodeFormText(pair, Math.min(nameEnd + 1, textEnd), textEnd);
    const toInput = (offset: number): number => start + value.map.toEncoded(offset);
    const path = foldSpan(name.text, 0, name.text.length);
    for (const one of form.asked.all) yield* placed(explainHeld(watched, one.text, one), { input, toInput, path });
  }
}
