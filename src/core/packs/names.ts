/**
 * Names of people in free text: behind a title, or a common given name and a surname, or two words around an initial.
 *
 * Owns what stands for a name and what does not. A help and no promise: a name in lower case, alone in a sentence, of another
 * script, or with a given name that is not on the list stays. Names of fields (KEYED_PII) do not depend on any of this.
 */
import { ALPHANUMERIC, KINDS, LETTER } from "../ascii.ts";
import { type Candidate, type Detector, SCORES } from "../detector.ts";
import { isPlain } from "../folded-text.ts";
import { once } from "../once.ts";
import { GIVEN_NAMES } from "./given-names.ts";

const UPPER = "A-ZÀ-ÖØ-ÞĆČĎĐĘĚĞŁŃŇŐŒŘŚŞŠŤŮŰŹŻŽ";
const LETTERS = `[${UPPER}a-zß-öø-ÿā-ž]*`;
/** One word of a name: `Smith`, `O'Neil`, `Smith-Jones`, `J`; without the `'s` behind it. */
const WORD = `[${UPPER}]${LETTERS}(?:['’-][${UPPER}]${LETTERS})*`;
const PARTICLES = "van|von|der|den|de|di|da|do|dos|das|du|del|della|la|le|el|al|bin|ibn|ter|ten|zu|zum|y";
/** The next word, behind initials and what stands before a surname. */
const NEXT = ` (?:(?:[${UPPER}]\\.|${PARTICLES}) )*${WORD}`;
/** Longer ones are cut. */
const LONGEST = 64;

const TITLES =
  "Mr Mrs Ms Miss Mx Dr Prof Professor Doctor Sir Lady Dame Rev Fr Herr Frau Hr Fru M Mme Mlle Monsieur Madame Mademoiselle Sr Sra Srta Señor Señora Señorita Don Doña Sig Signor Signora Senhor Senhora Dom Dhr Mevr Mevrouw Meneer Pani Ing Mag";
const AFTER_TITLE = new RegExp(
  `(?:^|[^\\p{L}\\p{N}_.&/'-])(?:${TITLES.replaceAll(" ", "|")})\\.? (?:[${UPPER}]\\. )*$`,
  "u",
);
const AFTER_OWN_NAME = /(?:^|[^\p{L}])(?:my|his|her|their) (?:full |first |last |real )?name is $/iu;
const AFTER_GREETING = /(?:^|[^\p{L}])(?:Dear|Hi|Hello|Hey|Hallo|Liebe|Lieber|Bonjour|Cher|Chère|Hola|Ciao) $/u;

/** What follows a given name or a title and is no surname: what streets, firms, days and headings are called by. */
const NO_SURNAMES = new Set(
  `a an and are as at but by can did do does for from had has have he her his how i if in is it its my no not of on or
  our she that the then there they this to was we were what when where which who why will with would you your
  monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
  october november december montag dienstag mittwoch donnerstag freitag samstag sonntag
  street st road rd avenue ave boulevard lane drive square place court bridge park garden gardens island islands beach
  lake river mountain valley county city town airport station hospital clinic university college school academy
  institute church cathedral museum library theatre theater hotel inn restaurant cafe bar
  inc ltd llc llp plc gmbh ag sa corp corporation company co group holdings bank partners associates foundation trust
  society club prize award awards medal cup open day week month year festival act bill law case report reports test
  tests error warning version server service services system data database table file type key token user account id
  email phone address number code name date time status state order invoice payment total complete required failed
  president minister chairman director manager chancellor speaker secretary mayor judge doctor professor customer
  sir madam team all everyone friend friends colleague colleagues
  section appendix figure part chapter type class plan option step group vitamin hepatitis however`
    .trim()
    .split(/\s+/),
);

/** As the list is written: ASCII in lower case. */
function folded(word: string): string {
  const bare = word.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
  return bare.replaceAll("ß", "ss").replaceAll("ø", "o").replaceAll("ł", "l").replaceAll("đ", "d");
}

// The list is long, and few policies look for names.
const given = once(() => new Set(GIVEN_NAMES));
const TITLE_WORDS = new Set(TITLES.split(" ").filter((title) => title.length > 1));
const CUES = [...TITLES.split(" "), ..."is Dear Hi Hello Hey Hallo Liebe Lieber Bonjour Cher Hola Ciao".split(" ")];

const HASH_BITS = 16;

/** The next hash behind a letter of ASCII, of either case. */
function mixed(hash: number, letter: number): number {
  return (Math.imul(hash, 31) + (letter | 0x20)) & ((1 << HASH_BITS) - 1);
}

/** Which words there may be, by their hash; words that are not ASCII are left out, for nobody asks for them. */
function hashesOf(words: readonly string[]): Uint8Array {
  const hashes = new Uint8Array(1 << HASH_BITS);
  for (const word of words) hashes[[...word].reduce((hash, letter) => mixed(hash, letter.charCodeAt(0)), 0)] = 1;
  return hashes;
}

const givenHashes = once(() => hashesOf(GIVEN_NAMES));
const CUE_HASHES = hashesOf(CUES);
const SPACE = 0x20;
const FULL_STOP = 0x2e;
/** What may end the first part of a name: blank, apostrophe, hyphen, full stop. */
const ENDS_WORD = new Set([SPACE, 0x27, 0x2d, FULL_STOP]);

function isLetter(byte: number): boolean {
  return (KINDS[byte] & LETTER) !== 0;
}

/** False where the first word is certainly not on the list; anything but ASCII is looked at later. O(word). */
function mayBeGiven(bytes: Uint8Array, start: number, end: number): boolean {
  let hash = 0;
  let at = start;
  for (; at < end && isLetter(bytes[at]); at++) hash = mixed(hash, bytes[at]);
  return (at < end && !ENDS_WORD.has(bytes[at])) || givenHashes()[hash] === 1;
}

/** True where an initial and a full stop may follow the first word. O(word). */
function mayHoldInitial(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && bytes[at] !== SPACE) at++;
  return at + 2 < end && (bytes[at + 2] === FULL_STOP || !isPlain(bytes[at + 1]) || !isPlain(bytes[at + 2]));
}

/** False where certainly no title or greeting stands before; an initial may stand between. O(word). */
function mayFollowCue(bytes: Uint8Array, start: number): boolean {
  let at = start - 1;
  if (at < 0 || bytes[at] !== SPACE) return at < 0 || isUnsure(bytes[at]);
  at--;
  if (at >= 0 && bytes[at] === FULL_STOP) at--;
  const last = at;
  while (at >= 0 && isLetter(bytes[at])) at--;
  if (at < 0 || isUnsure(bytes[at]) || last - at === 1) return true;
  let hash = 0;
  for (let place = at + 1; place <= last; place++) hash = mixed(hash, bytes[place]);
  return CUE_HASHES[hash] === 1;
}

/** What may stand for something else, or end an escape. */
function isUnsure(byte: number): boolean {
  return !isPlain(byte) || (KINDS[byte] & ALPHANUMERIC) !== 0;
}

/** What can stand in the place of a surname. */
function isSurname(word: string): boolean {
  return /\p{Ll}/u.test(word) && !NO_SURNAMES.has(folded(word)) && !TITLE_WORDS.has(word);
}

const PARTICLE = new RegExp(`^(?:${PARTICLES})$`);

function scoreOf({ text, preceding }: Candidate): number {
  const words = text.split(" ").filter((word) => !PARTICLE.test(word));
  const isInitial = (word: string): boolean => /^\p{Lu}\.?$/u.test(word);
  const [first] = words;
  const rest = words.filter((word) => !isInitial(word));
  if (rest.length === 0 || isInitial(words.at(-1) ?? "") || !rest.every(isSurname)) return 0;
  if (AFTER_TITLE.test(preceding) || AFTER_OWN_NAME.test(preceding)) return SCORES.shaped;
  if (words.length === 3 && rest.length === 2 && /^\p{Lu}\.$/u.test(words[1])) return SCORES.worded;
  const isListed = given().has(folded(first).split(/['’-]/)[0]);
  return isListed && (rest.length > 1 || AFTER_GREETING.test(preceding)) ? SCORES.worded : 0;
}

export const person: Detector = {
  entity: "PERSON",
  group: "packs",
  source: "titles and common given names of Europe and the Americas; a list of our own",
  pattern: `(?:[${UPPER}]\\. )*${WORD}(?:${NEXT})*`,
  maxLength: LONGEST,
  // Two words: a title or a greeting begins with a capital as well.
  scan: { pattern: `(?:${WORD}\\.?|is)(?:${NEXT})+`, maxLength: LONGEST + 12 },
  mayEnd: (bytes, at) => at === bytes.length || !isLetter(bytes[at]),
  mayMatch: (bytes, start, end) =>
    mayBeGiven(bytes, start, end) || mayHoldInitial(bytes, start, end) || mayFollowCue(bytes, start),
  validate: scoreOf,
  hits: [
    "Maria Lopez",
    "asked by Jean-Pierre de la Tour",
    "from Sinéad O'Neil",
    "Mr. Okonkwo",
    "Frau Dr. Yıldız-Weber",
    "for Dr. J. R. Mbeki",
    "my name is Rubija",
    "Dear Anna",
    "to John F. Nakamura",
    "by Ngozi A. Balogun",
    "señora Lucía Fernández",
  ],
  misses: [
    "Maria",
    "Dear Customer",
    "Mr. President",
    "George Street",
    "Anna Monday",
    "Connection Refused By Server",
    "Paris Saint Germain",
    "MARK COMPLETE",
    "maria lopez",
    "the file name is Report",
    "Dr. The",
    "New York Times",
    "Vitamin D. However",
    "Hepatitis B Vaccine",
  ],
};
