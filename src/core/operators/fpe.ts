/**
 * Format-preserving encryption: FF1 (NIST SP 800-38G) of a value's digits or letters; separators stay where they are.
 *
 * A card becomes a card. Whoever holds the key turns it back; equal values give equal ones. Gives away length, separators
 * and what is kept. Refuses what has fewer than a million possible values: those could all be tried.
 */
import { encodeUtf8 } from "../bytes.ts";
import type { Ff1 } from "../crypto.ts";
import { KEY_VERSION_LIMIT } from "../key-ring.ts";
import { passesLuhn } from "../validators/luhn.ts";
import { RecentlyUsed } from "./cache.ts";
import { onForm, onText, type OperatorContext, type OperatorKind } from "./operator.ts";
import { ALPHABETS, CHECKS, type Alphabet, type FpeSpec } from "./spec.ts";

const DOMAIN_LEAST = 1_000_000;
const FORM = `at least ${DOMAIN_LEAST} possible values and no letters that stay readable`;
const CHARACTERS_LIMIT = 64;
const KEY_BYTES = 32;
/** Cycle walking: so often is a result encrypted again that is no value of its kind. */
const WALK_LIMIT = 64;
const SYMBOLS: Readonly<Record<Alphabet, string>> = {
  digits: "0123456789",
  alphanumeric: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
};
const LETTER_OR_DIGIT = /[\p{L}\p{N}\p{M}]/u;
/** The issuer's number and the check digit of a card stay true. */
const CARD: Pick<FpeSpec, "keepFirst" | "check"> = { keepFirst: 6, check: "luhn" };

export const fpe: OperatorKind<FpeSpec> = {
  name: "fpe",
  description:
    "Encrypts digits to digits of the same form; the holder of the root key can turn it back. Needs the root key.",
  options: {
    alphabet: { kind: "choice", choices: ALPHABETS, description: "What is encrypted; default `digits`." },
    keepFirst: {
      kind: "integer",
      min: 0,
      max: 16,
      description: "Characters at the start that stay readable; default 6 for CREDIT_CARD, else 0.",
    },
    check: {
      kind: "choice",
      choices: CHECKS,
      description: "Check digit at the end that is made to fit; default `luhn` for CREDIT_CARD, else `none`.",
    },
    keyVersion: {
      kind: "integer",
      min: 1,
      max: KEY_VERSION_LIMIT,
      description:
        "Key version; default the current one. Name it before you rotate: a value does not say what made it.",
    },
  },
  compile: (spec, context) => onForm(FORM, remembered(openFpe(spec, context).encrypt)),
  revert: (spec, context) => onText(remembered(openFpe(spec, context).decrypt)),
};

function remembered(turn: FpeCipher["encrypt"]): FpeCipher["encrypt"] {
  const known = new RecentlyUsed<{ readonly text: string | undefined }>();
  return (text) => known.get(text, () => ({ text: turn(text) })).text;
}

/** Both ways of one operator; undefined for a value that it does not apply to. */
interface FpeCipher {
  readonly encrypt: (text: string) => string | undefined;
  readonly decrypt: (text: string) => string | undefined;
}

function openFpe(spec: FpeSpec, context: OperatorContext): FpeCipher {
  const keys = context.keys();
  const version = spec.keyVersion ?? keys.ring.current;
  if (!keys.ring.has(version))
    context.refuse(`keyVersion: there is no key version ${version}; there are ${keys.ring.versions}`);
  const key = keys.key({ purpose: "fpe", entity: context.entity, version, length: KEY_BYTES });
  const {
    alphabet = "digits",
    keepFirst = 0,
    check = "none",
  } = { ...(context.entity === "CREDIT_CARD" ? CARD : {}), ...spec };
  if (check === "luhn" && alphabet !== "digits")
    context.refuse("check: luhn is a check over digits; use that alphabet");
  const symbols = SYMBOLS[alphabet];
  const isKind = context.isFinding ?? ((): boolean => true);
  const turn = (text: string, direction: keyof Ff1): string | undefined => {
    const word = readWord(text, { symbols, keepFirst, hasCheck: check === "luhn" });
    if (word === undefined) return undefined;
    const tweak = encodeUtf8(word.kept.join());
    const ff1 = keys.crypto.ff1(key, { radix: symbols.length, tweak });
    const isOfKind = isKind(text);
    let body = word.body;
    for (let walk = 0; walk < WALK_LIMIT; walk++) {
      body = ff1[direction](body);
      const result = writeWord(text, symbols, [
        ...word.kept,
        ...body,
        ...(word.hasCheck ? [luhnOf([...word.kept, ...body])] : []),
      ]);
      // Values of the kind stay among themselves, so that both ways walk the same cycle.
      if (isKind(result) === isOfKind) return result;
    }
    return undefined;
  };
  return { encrypt: (text) => turn(text, "encrypt"), decrypt: (text) => turn(text, "decrypt") };
}

interface Word {
  readonly kept: readonly number[];
  readonly body: readonly number[];
  readonly hasCheck: boolean;
}

interface WordForm {
  readonly symbols: string;
  readonly keepFirst: number;
  readonly hasCheck: boolean;
}

/** Undefined when a letter or digit is none of the alphabet, when the check fails, or when too little would be hidden. */
function readWord(text: string, { symbols, keepFirst, hasCheck }: WordForm): Word | undefined {
  const letters = [...text].filter((character) => LETTER_OR_DIGIT.test(character));
  const all = letters.map((character) => symbols.indexOf(character));
  if (all.includes(-1) || all.length > CHARACTERS_LIMIT) return undefined;
  if (hasCheck && !passesLuhn(letters.join(""))) return undefined;
  const body = all.slice(keepFirst, hasCheck ? -1 : undefined);
  return symbols.length ** body.length < DOMAIN_LEAST ? undefined : { kept: all.slice(0, keepFirst), body, hasCheck };
}

function writeWord(text: string, symbols: string, word: readonly number[]): string {
  let at = 0;
  return [...text].map((character) => (LETTER_OR_DIGIT.test(character) ? symbols[word[at++]] : character)).join("");
}

/** The digit that makes the others pass. */
function luhnOf(digits: readonly number[]): number {
  const text = digits.join("");
  return SYMBOLS.digits.split("").findIndex((digit) => passesLuhn(text + digit));
}
