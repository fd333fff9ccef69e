/** `**** **** **** 1111`. Gives away length, shape and the kept characters. */
import { onText, type OperatorKind } from "./operator.ts";
import type { MaskSpec } from "./spec.ts";

const DEFAULT_KEEP_LAST = 4;
const DEFAULT_CHARACTER = "*";
/** A value that has fewer than so many times what is to be kept keeps nothing. */
const HIDDEN_SHARE = 3;

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
  compile: (spec) => onText((text) => hide(text, spec)),
};

/** How many characters stay at either end of a long value. */
export function keptBy({ keepFirst, keepLast }: MaskSpec): { readonly keepFirst: number; readonly keepLast: number } {
  return { keepFirst: keepFirst ?? 0, keepLast: keepLast ?? (keepFirst === undefined ? DEFAULT_KEEP_LAST : 0) };
}

function hide(text: string, spec: MaskSpec): string {
  const { character = DEFAULT_CHARACTER, keepSeparators = true } = spec;
  const { keepFirst, keepLast } = keptBy(spec);
  const characters = [...text];
  const total = characters.filter(isHidden).length;
  const isLong = total >= HIDDEN_SHARE * (keepFirst + keepLast);
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
