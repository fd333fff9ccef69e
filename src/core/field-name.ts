/**
 * Names of fields that say what their value is.
 *
 * Owns how a name is read: camelCase, snake_case, kebab-case, dots, brackets and digits part words, and the last words decide:
 * `user_password`, `clientSecret2`, `user[password][]`, but not `password_policy`. Names of secrets tell behind other letters,
 * too: `PGPASSWORD`.
 */
import { splitWords } from "./words.ts";

/** `phone2` is a phone, and `address_line_1` a line. */
const NUMBER = String.raw`(?:[_.-]?\d{1,3})?`;
/** Of the fields of forms: `user[password]`, `token[0][]`. */
const BRACKETS = String.raw`(?:\]|\[\d{0,3}){0,4}`;

/** Names that no other word ends in, so that nothing has to part them from what is before; short ones behind a few words only. */
const WRITTEN_TOGETHER = /(?<! no)(?:pass(?:word|wd|phrase|wort)|apikey|(?:db|user|store|key|ssh)pass)$/;

/** In tables of countries, where `pw` is none. */
const PALAU = "PW";

export class FieldNames {
  readonly names: readonly string[];
  /** With a space before each, as one word and as several. */
  private readonly endings: readonly string[];
  private readonly written: RegExp;
  private last = "";
  private lastAnswer = false;

  /** Lower case, one space between words. */
  constructor(names: readonly string[]) {
    this.names = names;
    this.endings = [...new Set(names.flatMap((name) => [` ${name}`, ` ${name.replaceAll(" ", "")}`]))];
    this.written = new RegExp(`(?:${this.alternatives})${NUMBER}${BRACKETS}$`, "i");
  }

  /** True when the name ends in one of the names. */
  has(name: string): boolean {
    if (name === "" || name === PALAU || this.names.length === 0) return false;
    if (name !== this.last) {
      this.last = name;
      this.lastAnswer = this.written.test(name) && this.endsInName(` ${splitWords(name)}`);
    }
    return this.lastAnswer;
  }

  /** RE2 syntax: a name as it may be written; matches more than `has` accepts. */
  get pattern(): string {
    return `(?i:${this.alternatives})${NUMBER}${BRACKETS}`;
  }

  /** RE2 syntax, in small letters. */
  get alternatives(): string {
    return this.names.map((name) => name.replaceAll(" ", "[ _.-]?")).join("|");
  }

  private endsInName(words: string): boolean {
    return WRITTEN_TOGETHER.test(words) || this.endings.some((ending) => words.endsWith(ending));
  }
}
