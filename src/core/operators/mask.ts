/** `**** **** **** 1111`. Gives away length, shape and the kept characters. */
import { ALPHANUMERIC, KINDS } from "../ascii.ts";
import { isPlain } from "../folded-text.ts";
import { keptBy } from "../defaults.ts";
import { onText, type OperatorKind } from "./operator.ts";
import type { MaskSpec } from "./spec.ts";

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
  compile: (spec) => {
    const rule = ruleOf(spec);
    const onCharacters = onText((text) => hide(text, rule));
    return {
      needsText: true,
      run: (found) => (found.text === null ? undefined : hidePlain(found.text, rule)) ?? onCharacters.run(found),
    };
  },
};

type MaskRule = Required<Omit<MaskSpec, "operator">>;

function ruleOf(spec: MaskSpec): MaskRule {
  const { character = DEFAULT_CHARACTER, keepSeparators = true } = spec;
  return { ...keptBy(spec), character, keepSeparators };
}

/** The same as `hide`, on bytes; undefined when they are not all plain ASCII, by far the rarer case. */
function hidePlain(
  text: Uint8Array,
  { keepFirst, keepLast, character, keepSeparators }: MaskRule,
): Uint8Array | undefined {
  let total = 0;
  for (const byte of text) {
    if (!isPlain(byte)) return undefined;
    if ((KINDS[byte] & ALPHANUMERIC) !== 0) total++;
  }
  const isLong = total >= HIDDEN_SHARE * (keepFirst + keepLast);
  const [from, to] = isLong ? [keepFirst, total - keepLast] : [0, total];
  const mark = character.charCodeAt(0);
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

function hide(text: string, { keepFirst, keepLast, character, keepSeparators }: MaskRule): string {
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
