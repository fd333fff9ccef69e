/** `**** **** **** 1111`. Gives away length, shape and the kept characters. */
import { ALPHANUMERIC, KINDS, NOT_PLAIN } from "../ascii.ts";
import { keepsFrom, keptBy } from "../defaults.ts";
import { onText, type OperatorKind } from "./operator.ts";
import type { MaskSpec } from "./spec.ts";

const DEFAULT_CHARACTER = "*";

export const mask: OperatorKind<MaskSpec> = {
  name: "mask",
  description: "Replaces letters and digits, keeps separators.",
  options: {
    keepLast: { kind: "integer", min: 0, max: 8, description: "Characters at the end that stay readable." },
    keepFirst: { kind: "integer", min: 0, max: 8, description: "Characters at the start that stay readable." },
    character: {
      kind: "text",
      pattern: /^[!-~]$/,
      hint: "one printable ASCII character",
      description: "What stands for a hidden character; one printable ASCII character.",
    },
    keepSeparators: {
      kind: "boolean",
      description: "`false`: spaces and signs between letters and digits are replaced too.",
    },
  },
  compile: (spec) => {
    const rule = ruleOf(spec);
    const onCharacters = onText((text) => hide(text, rule));
    return {
      needsText: true,
      run: (found) => (found.text === null ? undefined : hidePlain(found.text, rule)) ?? onCharacters.run(found),
    };
  },
};

interface MaskRule extends Required<Omit<MaskSpec, "operator">> {
  /** The byte of `character`. */
  readonly mark: number;
  /** Values of fewer characters keep none. */
  readonly longFrom: number;
}

function ruleOf(spec: MaskSpec): MaskRule {
  const { character = DEFAULT_CHARACTER, keepSeparators = true } = spec;
  const mark = character.charCodeAt(0);
  return { ...keptBy(spec), character, keepSeparators, mark, longFrom: keepsFrom(spec) };
}

/** The same as `hide`, on bytes; undefined when they are not all plain ASCII, by far the rarer case. */
function hidePlain(text: Uint8Array, rule: MaskRule): Uint8Array | undefined {
  let total = 0;
  for (let at = 0; at < text.length; at++) {
    const kind = KINDS[text[at]];
    if ((kind & NOT_PLAIN) !== 0) return undefined;
    if ((kind & ALPHANUMERIC) !== 0) total++;
  }
  const isLong = total >= rule.longFrom;
  const from = isLong ? rule.keepFirst : 0;
  const to = isLong ? total - rule.keepLast : total;
  const { mark, keepSeparators } = rule;
  const out = text.slice();
  for (let at = 0, place = 0; at < out.length; at++) {
    if ((KINDS[out[at]] & ALPHANUMERIC) === 0) {
      if (!keepSeparators) out[at] = mark;
      continue;
    }
    if (place >= from && place < to) out[at] = mark;
    place++;
  }
  return out;
}

function hide(text: string, { keepFirst, keepLast, character, keepSeparators, longFrom }: MaskRule): string {
  const characters = [...text];
  const total = characters.filter(isHidden).length;
  const isLong = total >= longFrom;
  const [from, to] = isLong ? [keepFirst, total - keepLast] : [0, total];
  let place = 0;
  return characters
    .map((one) => {
      if (!isHidden(one)) return keepSeparators ? one : character;
      const isKept = place < from || place >= to;
      place++;
      return isKept ? one : character;
    })
    .join("");
}

function isHidden(character: string): boolean {
  return /[\p{L}\p{N}\p{M}]/u.test(character);
}
