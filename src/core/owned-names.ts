/**
 * Names of fields that tell what their value is by the object that holds them: `name.family`, `customer.name`.
 *
 * Owns how the two names are read. The holder's goes by its last words, as `default_address`; the field's has to be one of the
 * list, but for digits behind it: `customer.name`, not `customer.file_name`.
 */
import { splitWords } from "./words.ts";

export interface OwnedRow {
  /** Names of objects, and of arrays of them; lower case, one space between words. */
  readonly owners: readonly string[];
  readonly names: readonly string[];
  /** The object's name has no words before: not `displayName`. */
  readonly isWhole?: boolean;
}

/** An object or array opens behind a name. Whoever writes more white space there than this is not read by it. */
const OPENS = String.raw`\\?["'][ \t]{0,8}:[ \t]{0,8}[{\[]`;

export class OwnedNames {
  readonly rows: readonly OwnedRow[];
  private readonly holders: readonly RegExp[];

  constructor(rows: readonly OwnedRow[]) {
    this.rows = rows;
    this.holders = rows.map(
      ({ owners, isWhole }) =>
        new RegExp(`${isWhole === true ? "^" : "(?:^| )"}(?:${owners.join("|").replaceAll(" ", " ?")})$`),
    );
  }

  /** True when a field of this name tells its value, in an object of that name. */
  has(owner: string, name: string): boolean {
    const held = splitWords(name);
    return this.rows.some(({ names }, at) => names.includes(held) && this.holders[at].test(splitWords(owner)));
  }

  /** RE2 syntax: what stands before all that `has` accepts, more or less. */
  get pattern(): string {
    const owners = this.rows.flatMap((row) => row.owners);
    return `(?i:${owners.join("|").replaceAll(" ", "[ _.-]?")})${OPENS}`;
  }
}
