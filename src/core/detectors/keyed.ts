/**
 * Values that nothing but the name of their field tells: passwords, names of people, addresses.
 *
 * Owns the names, and how such a value is written in plain text (`password=x`, `"surname": "x"`, `City: x`). In formats
 * with fields the whole value of a field is taken.
 */
import { COLOUR } from "../colour.ts";
import { type Candidate, type Detector, SCORES } from "../detector.ts";
import { FieldNames } from "../field-name.ts";
import { isBehindSign, nameBefore, opensNoValue } from "../keys.ts";
import type { OwnedNames } from "../owned-names.ts";
import { isOther, opensPlaceholder } from "../validators/placeholder.ts";
import { OWNED_BIRTH, OWNED_CARD, OWNED_PERSONAL } from "./owned.ts";
import { BIRTH_NAMES, CARD_NAMES, PERSONAL_ELEMENTS, PERSONAL_NAMES, SECRET_NAMES } from "./telling-names.ts";
import { type Form, FORMS, quotedForm, SENTENCE_WORDS, tailOf, TAILS } from "./written-value.ts";

/** Behind a quoted name a sign may stand after any white space, where the text is JSON. */
const QUOTE = String.raw`\\?["']`;
/** Databases quote names in backticks. */
const NAME_QUOTE = "[\"'`]";
/**
 * What stands between a name and its value: a colon, an equals sign, and what programs write of the two (`:=`, `=>`), or the
 * end of an element's tag. The name may stand in brackets and quotes, and in a colour; a quote may be escaped, as in JSON
 * inside a log line.
 */
const SIGN = String.raw`\\?${NAME_QUOTE}?\]?(?:${COLOUR})?[ \t]*(?:[:=]+>?|>)[ \t]*\\?["']?`;
/** The longest name, a colour, four blanks on either side of the sign, quotes and the opening. */
const SCAN_CHARACTERS = 60;
const NAME_WORDS = 3;
/** Characters that decide; the rest is the tail. */
const OPENING_CHARACTERS = 8;
const OPENING = String.raw`[^\s"'\\](?:[^\n"\\]){0,7}`;

const POSTAL_NAME = /(?:zip(?:[ ._-]?code)?|post(?:al)?[ ._-]?code|(?:code|c[oó]digo)[ ._-]?postal)[_.-]?\d*$/i;
/** How a postal code begins anywhere: three letters at most before a digit. */
const POSTAL_START = /^[A-Z]{0,3}[ +-]{0,2}\d/i;
/** The name is short, and so asks for what Deutsche Post gives out: five digits from 01001 to 99998. */
const GERMAN_POSTAL_NAME = /plz[_.-]?\d*$/i;
const GERMAN_POSTAL = /^(?!00|01000|99999)\d{5}(?!\d)/;
/** Of the shape of a British one, with letters that none has in that place. */
const NO_POSTCODE =
  /^(?:[QVX]|[A-Z][IJZ])[A-Z]?\d[A-Z\d]?[ +]{0,2}\d[A-Z]{2}$|^[A-Z]{1,2}\d[A-Z\d]?[ +]{0,2}\d(?:[A-Z]?[CIKMOV]|[CIKMOV][A-Z])$/i;

/** Words that follow a name in a sentence, cut to the opening. */
const NO_VALUES = new Set(SENTENCE_WORDS.split(" ").map((word) => word.slice(0, OPENING_CHARACTERS)));

interface KeyedParts {
  readonly entity: string;
  readonly source: string;
  readonly names: readonly string[];
  readonly owned?: OwnedNames | undefined;
  /** Names of elements of XML that tell their text where the same name tells nothing elsewhere. */
  readonly elements?: readonly string[] | undefined;
  readonly takes: "text" | "scalar";
  /** How a value without quotes goes on behind a colon. */
  readonly afterColon: Form;
  /** What a value in text has to hold, within its opening; names in sentences have other words behind them. */
  readonly holds?: RegExp;
  readonly hits: readonly string[];
  readonly misses: readonly string[];
}

function keyed({
  entity,
  source,
  names,
  owned,
  elements = [],
  takes,
  afterColon,
  holds,
  hits,
  misses,
}: KeyedParts): Detector {
  const fieldNames = new FieldNames(names);
  const formOf = (candidate: Candidate): Form => {
    const { before, preceding } = candidate;
    const quoted = quotedForm(candidate);
    if (quoted !== undefined) return quoted;
    if (before.endsWith(">") && !preceding.endsWith("=>")) return "element";
    return /:[ \t]{0,4}$/.test(preceding) ? afterColon : "word";
  };
  return {
    entity,
    source,
    pattern: OPENING,
    scan: { pattern: patternOf(fieldNames, owned, elements), maxLength: SCAN_CHARACTERS },
    tail: TAILS,
    boundary: "none",
    keys: { names: fieldNames, owned, takes },
    mayBegin: isBehindSign,
    whichTail: (candidate) => tailOf(formOf(candidate)),
    validate(candidate) {
      const { text, after, preceding } = candidate;
      const written = nameBefore(preceding, NAME_WORDS);
      // An element without text: `<birthDate value="1980-01-01"/>`.
      const name = written.replace(/ value$/, "");
      const form = formOf(candidate);
      const element = form === "element" ? name : ELEMENT_VALUE.exec(preceding)?.[1];
      const isTold = fieldNames.has(name) || (element !== undefined && elements.includes(element));
      if (!isTold || opensPlaceholder(text) || isOther(name, text) || opensNoValue(preceding, text)) return 0;
      if (holds?.test(text) === false) return 0;
      // In programs it is often the name of a variable.
      if (/\bpw = $/.test(preceding)) return 0;
      if (POSTAL_NAME.test(name) && (!POSTAL_START.test(text) || NO_POSTCODE.test(text))) return 0;
      if (GERMAN_POSTAL_NAME.test(name) && !GERMAN_POSTAL.test(text)) return 0;
      const end = (text + after).search(FORMS[form].stop);
      if (end >= 0 && end < text.length) return 0;
      // The tail reads two quotes or none.
      if (form === "single" && text.endsWith("'") && after.startsWith("'")) return 0;
      // A shorter opening counts only where the value ends, or where it cannot be longer.
      const isWhole = after === "" || end === text.length || (form === "single" && after === "''");
      if (!isWhole && text.length < OPENING_CHARACTERS) return 0;
      const isQuoted = form === "double" || form === "single";
      return !isQuoted && NO_VALUES.has(text.split(/\s/, 1)[0].toLowerCase()) ? 0 : SCORES.ranged;
    },
    hits,
    misses,
  };
}

/** As `patternOf` has it. */
const ELEMENT_VALUE = /[<:]([\w.-]+) value=\\?["']$/;

function patternOf(names: FieldNames, owned: OwnedNames | undefined, elements: readonly string[]): string {
  const value = String.raw`[^\n](?:[^\n]{7})?`;
  const all = [`${names.pattern}(?:(?: value)?${SIGN}${value}|${QUOTE})`];
  if (owned !== undefined) all.push(owned.pattern);
  if (elements.length > 0) all.push(`[<:](?:${elements.join("|")})(?:>| value=\\\\?["'])${value}`);
  return all.join("|");
}

/** The same for more names. */
export function withNames(detector: Detector, more: readonly string[]): Detector {
  const { keys } = detector;
  if (keys === undefined || more.length === 0) return detector;
  const { takes, owned } = keys;
  const elements = detector === keyedPii ? PERSONAL_ELEMENTS : [];
  const afterColon = takes === "text" ? "line" : "word";
  return keyed({ ...detector, names: [...keys.names.names, ...more], owned, elements, takes, afterColon });
}

export const passwordField = keyed({
  entity: "PASSWORD_FIELD",
  source: "names of fields that hold secrets; OWASP Logging Cheat Sheet, data to exclude",
  names: SECRET_NAMES,
  takes: "scalar",
  afterColon: "word",
  hits: [
    "password=hunter2",
    "user_password: s3cr3t!",
    "clientSecret=0123456789abcdef0123456789abcdef",
    "DB_PASS=pa55",
    "api-key: 4f5a6b7c8d9e",
    "the api key: 4f5a6b7c8d9e",
    "X-Api-Key:4f5a6b7c8d9e",
    "apiKey=x",
    "pw=hunter2",
    "PGPASSWORD=hunter2",
    "REDISCLI_AUTH=hunter2",
    "smtp_pw: hunter2",
    "password2=correct-horse-battery",
    "password_2=correct-horse-battery",
    "recovery_code: 4f5a-6b7c",
    "password=<hunter2",
    "password=a<b>c",
    "password=%s3cret",
    "token%3Dabcdef",
    'config["password"] := "hunter2',
    "user[password]=hunter2",
    "user%5Bpassword%5D=hunter2",
    "\u001b[36mpassword\u001b[0m=hunter2",
    "password => hunter2",
    "<password>hunter2",
    "<wsse:Password>correct horse battery",
  ],
  misses: [
    "the password is wrong",
    "password: required",
    "password=",
    "password_policy=strict",
    "token_type=bearer",
    "secret_name=db",
    "compass=north",
    "pw=300&ph=200",
    "bypass=yes",
    "NOPASSWD: /bin/ls",
    "PW: Palau",
    "user, pw = auth.split",
    "password=${DB_PASSWORD}",
    "password: {{ vault }}",
    "password=***",
    "password=[PASSWORD_FIELD]",
    "secretary=Jane",
    "Token::new",
    "password !== x",
    "password == x",
    "typeof password === 'string'",
    'Kind["OpenToken"] = 18',
    "[credentials]: https://example.com",
    "</password>x",
    "<password></password>",
    "Promise<Token>(x)",
    "socks5h://<username>:<password>@proxy",
    "a > token > b",
    "firstname => { required => 1 }",
    "password => {{ vault }}",
  ],
});

export const keyedPii = keyed({
  entity: "KEYED_PII",
  source: "names of fields that hold personal data; GDPR article 4(1)",
  names: PERSONAL_NAMES,
  owned: OWNED_PERSONAL,
  elements: PERSONAL_ELEMENTS,
  takes: "text",
  afterColon: "line",
  hits: [
    "first_name=Jane",
    "address_line_1=Elm",
    "home_address: 12 Long Acre",
    "fname=Jane",
    "lastName=Doe",
    "surname: van der Berg",
    "Street address: 12 Long Acre",
    "zip=90210",
    "cardholder: JANE DOE",
    "postcode: SW1A 1AA",
    "post_code: K1A 0B1",
    "zip: 1012 AB",
    "postal code: LV-1010",
    "postcode: GIR0AA",
    "postcode: VLT 1117",
    "patient: Jane Doe",
    "surname: O'Brien",
    "<ns:given>Jane",
    "<family value=\"O'Brien",
    '<postalCode value="90210',
    "`surname` = 'O''Brien",
  ],
  misses: [
    "the surname is missing",
    "first_name=",
    "zip: none",
    "zipper=blue",
    "street_view=on",
    "name=Jane",
    "surname: [KEYED_PII]",
    "patient_count=7",
    "zip: archived",
    "given: Jane",
    "<Family>x",
    '<given use="x">',
    '<family value=""/>',
    "postcode: QA1 1AA",
    "postcode: M1 1AI",
  ],
});

export const cardSecurity = keyed({
  entity: "CARD_CVV_EXPIRY",
  source: "names of fields that hold what proves a card; PCI DSS 4.0, requirement 3.3",
  names: CARD_NAMES,
  owned: OWNED_CARD,
  takes: "scalar",
  afterColon: "word",
  hits: ["cvv=123", "CVC: 1234", "cardExpiry=12/27", "card_security_code: 123", "valid thru: 12/27"],
  misses: ["the cvv is wrong", "cvv=", "cvv: required", "expiry_policy=30d", "exp=1748503543", "cvv=***"],
});

export const birthField = keyed({
  entity: "DATE_OF_BIRTH",
  source: "names of fields that hold dates of birth; ISO 8601, HL7",
  names: BIRTH_NAMES,
  owned: OWNED_BIRTH,
  takes: "scalar",
  afterColon: "word",
  holds: /\d/,
  hits: ['<birthTime value="19850314', "dob=1985-03-14T00:00:00Z", "birthDate: 19850314", '"date_of_birth":"14-Mar-85'],
  misses: ["dob=", "dob: unknown", "date of birth: see above", "birthday_count=3", "born=1985"],
});
