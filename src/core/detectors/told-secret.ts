/**
 * Secrets that the words before them tell without a sign between: `--password x`, `sshpass -p x`, `IDENTIFIED BY 'x'`,
 * `password is x`.
 *
 * Owns the table of what tells them, and how much of a secret has to be seen beside each: what people write in sentences has
 * a digit in it or stands in quotes, what stands behind the flag of a command may be a word where the command ends.
 */
import { COLOUR } from "../colour.ts";
import { type Candidate, type Detector, SCORES } from "../detector.ts";
import { FieldNames } from "../field-name.ts";
import { opensPlaceholder } from "../validators/placeholder.ts";
import { SECRET_NAMES } from "./telling-names.ts";
import { FORMS, quotedForm, SENTENCE_WORDS, tailOf, TAILS } from "./written-value.ts";

interface Told {
  readonly text: string;
  /** Without punctuation around it. */
  readonly word: string;
  readonly isQuoted: boolean;
  /** A command or line ends behind it, or a flag follows; or it goes on for longer than words do. */
  readonly isLast: boolean;
}

/** What a shell puts in, what comes from elsewhere, the next flag, what a manual has in its place. */
const NO_VALUE = /^(?:[-$<>|&;(){}[\]`#=:,.*]|%\w+%|~?\/?[\w.]+\/|(?:file|env|pass|stdin|fd):|[A-Z][A-Z_]*$)/;
/** The last ones follow the name of a flag in a manual. */
const WORDS = new Set(
  `${SENTENCE_WORDS} argument authentication based flag key option options parameter text type value`.split(" "),
);
/** How something is written, measured or called that has letters and digits, too. */
const NO_SECRET = /^(?:\d+(?:[a-z]{0,5}$|[-:.])|0x|base\d|sha|md\d|utf|o?auth|v\d|http|scram|arg)|[(<>{}]/i;
const MIXED = /[a-z].*(?:\d|[!@#$%^&*].*\w)|\d.*[a-z]/;

const isMixed = ({ text }: Told): boolean => MIXED.test(text) && !NO_SECRET.test(text);

const JUDGES = {
  certain: () => true,
  quoted: ({ isQuoted }: Told) => isQuoted,
  flag: ({ text, word, isQuoted, isLast }: Told) =>
    isQuoted || (/^[a-z'-]+$/i.test(word) ? isLast && word === text : !/^\d{1,3}$/.test(text)),
  mixed: isMixed,
  /** Of users, groups, files and fields there are second ones. */
  odd: (told: Told) => isMixed(told) && !/^[a-z_-]+\d\d?$/i.test(told.word),
  digits: ({ text }: Told) => /^\d{4,8}(?![.,]?\d)/.test(text),
};

/**
 * How sure the value has to be; what has to stand before, as JavaScript has it; and what the automaton looks for as well, in
 * RE2 syntax. `<name>` is one of a secret.
 */
type Lead = readonly [judge: keyof typeof JUDGES, before: string, lead: string];

const QUOTE = String.raw`\\?["']`;
/** In lists of arguments each stands in quotes. */
const PARTED = `(?:[ \t]+|${QUOTE}, ?)`;

/** Commands of which the password stands right behind `-p`. */
const ATTACHED = /(?:sshpass|mysql|mariadb|7z).* $/;

/** Capitals and small letters differ. */
const EXACT: readonly Lead[] = [
  ["certain", "(?: login|mongo|sshpass).* ", "-p "],
  ["certain", "redis-cli.* ", "-a "],
  ["certain", "ldap.* ", "-w "],
  ["certain", String.raw`(?:curl|wget|^https?)\b.* `, String.raw`-(?:[auU] ?|-(?:proxy-)?user[ =])["']?[^\s:"']+:`],
  ["odd", " ", String.raw`-u [^\s:"']+:`],
  ["odd", String.raw`(?:^|[>:"] ?|HELLO \d )`, String.raw`AUTH (?:\S+ )?`],
  ["flag", "", "AUTH(?:ENTICATE)? PLAIN "],
  ["odd", "(?:^|[>:] ?)", "PASS "],
  ["certain", String.raw`\d `, String.raw`LOGIN \S+ `],
  ["flag", "", String.raw`IDENTIFIED (?:WITH \S+ )?BY (?:PASSWORD )?`],
  ["quoted", "", String.raw`PASSWORD(?:\(| FOR \S+ = )`],
];

const PASSWORD = "(?:pass(?:word|wd|phrase|code)|pwd)";
/** With signs of Markdown. */
const IS = String.raw`(?: (?:for|of|to) \S+)? (?:is|was)(?: now)?:? +[*${"`"}]*`;

const ANY_CASE: readonly Lead[] = [
  ["flag", String.raw`(?:^|[\s"'${"`"}([=,])`, `--?<name>${PARTED}`],
  ["odd", "", String.raw`(?:env|setx?|config) (?:--?\w+ )?<name> `],
  ["mixed", String.raw`^\s*`, "password[ \t]+"],
  ["odd", "", `${PASSWORD}[ \t]+`],
  ["quoted", "", `${PASSWORD}[ \t]+`],
  ["mixed", "", "_auth ?= ?"],
  ["quoted", "(?:user|role|to) .*", "identified by "],
  ["quoted", "", "ConvertTo-SecureString (?:-String )?"],
  ["flag", " ", String.raw`/user:\S+ `],
  ["mixed", "", PASSWORD + IS],
  ["quoted", "", PASSWORD + IS],
  ["mixed", "", `(?:token|secret|(?:api|access|secret)[ -]?key)${IS}`],
  ["digits", "(?:my|your) .*", `(?:pin|passcode|verification code)${IS}`],
];

const SECRETS = new FieldNames(SECRET_NAMES);

/** Numbers of other kinds, as in dates and UUIDs, are not to be read on in. */
const NAME = String.raw`(?:[a-z_./:-]|\d[_-])*(?:${SECRETS.alternatives})`;

const compile = (leads: readonly Lead[], flags: string) =>
  leads.map(([judge, before, lead]): [RegExp, (told: Told) => boolean] => [
    new RegExp(
      String.raw`${before}(?:(?<![A-Za-z\d])|(?<=${COLOUR}))${lead.replace("<name>", String.raw`([\w./:-]+)`)}(?:${QUOTE})?$`,
      flags,
    ),
    JUDGES[judge],
  ]);
const LEADS = [...compile(EXACT, ""), ...compile(ANY_CASE, "i")];

/** What decides; longer ones are no words that stand there by chance. */
const OPENING_CHARACTERS = 16;
const OPENING = String.raw`[^\s"'\\]{1,${OPENING_CHARACTERS}}`;
/**
 * What the automaton looks for behind leads of some judges: that a value begins and goes on, which has few ends; and a digit or
 * sign in it, because without one words follow in many a line of a log.
 */
const OPENED = String.raw`[^\s"'\\](?:[^\s"'\\]{${OPENING_CHARACTERS - 1}})?`;
const VALUES: readonly (readonly [judges: string, value: string])[] = [
  ["certain flag", String.raw`[\\"']{0,3}` + OPENED],
  ["mixed odd digits", String.raw`[\\"']{0,3}[^\s"'\\]*[\d!@#$%^&*]`],
  ["quoted", String.raw`[\\"']{1,3}[^\s"'\\]`],
];

const scanOf = (leads: readonly Lead[]): string =>
  VALUES.map(([judges, value]) => {
    const own = leads.filter(([judge]) => judges.includes(judge)).map(([, , lead]) => lead.replace("<name>", NAME));
    return `(?:${own.join("|")})${value}`;
  }).join("|");

export const toldSecret: Detector = {
  entity: "PASSWORD_FIELD",
  source: "options of commands that take a password; SQL, RFC 3501, RFC 4954, RFC 959 and Redis where one is sent",
  pattern: OPENING,
  scan: { pattern: `-p${OPENED}|${scanOf(EXACT)}|(?i:${scanOf(ANY_CASE)})`, maxLength: 160 },
  tail: TAILS,
  boundary: "leading",
  whichTail: (candidate) => tailOf(quotedForm(candidate) ?? "word"),
  validate(candidate: Candidate) {
    const { text, after, preceding } = candidate;
    const isQuoted = quotedForm(candidate) !== undefined;
    const stop = isQuoted ? /[\s"'\\]/ : FORMS.word.stop;
    const isWhole = after === "" || stop.test(after[0]) || text.length === OPENING_CHARACTERS;
    const isAttached = text.startsWith("-p") && ATTACHED.test(preceding);
    const value = isAttached ? text.slice(2) : text;
    if (!isWhole || stop.test(text) || NO_VALUE.test(value) || value === "" || opensPlaceholder(value)) return 0;
    const word = text.replaceAll(/^\W+|\W+$/g, "");
    // In quotes it may be the first one of several.
    if (WORDS.has(word.toLowerCase()) && !(isQuoted && after.startsWith(" "))) return 0;
    const told = { text, word, isQuoted, isLast: text.length === OPENING_CHARACTERS || !/^ ?[\w"'(<[]/.test(after) };
    const isTold =
      isAttached ||
      LEADS.some(([lead, judge]) => {
        const found = judge(told) ? lead.exec(preceding) : null;
        return (
          found !== null &&
          (found[1] === undefined || (SECRETS.has(found[1]) && !/^no-|(?:next|start\w+|request)-token/.test(found[1])))
        );
      });
    return isTold ? SCORES.ranged : 0;
  },
  hits: [
    "mysql --password hunter2x",
    'New-User -Password "hunter2x',
    '["--api-key", "k9x8w7v6',
    "curl -u bob:hunter2x",
    "sshpass -p hunter2x",
    "docker login -u bob -p trombone",
    "redis-cli -a hunter2x",
    "mysql -uroot -phunter2x",
    "machine db login bob password hunter2x",
    "CREATE USER bob IDENTIFIED BY 'trombone",
    "WITH PASSWORD 'trombone",
    "the password for bob is hunter2x",
    "AUTH PLAIN AGJvYgBodW50ZXIyeA==",
    "a001 LOGIN bob hunter2x",
    "ENV DB_PASSWORD hunter2x",
  ],
  misses: [
    "--password-file /run/secrets/db",
    "--password $DB_PASSWORD",
    "the --password option is required",
    "--token string   Token to use",
    "docker run -p 8080:80 nginx",
    "docker run -u 1000:1000 x",
    "grep -p password x",
    "mysql -p orders",
    "the password is 8 characters long",
    "password is base64-encoded",
    "token is expired",
    "pin is 1024",
    "PASS src/a.test.ts",
    "AUTH LOGIN PLAIN CRAM-MD5",
    "is identified by 'name'",
    "ffmpeg -pass 1 -i in.mp4",
  ],
};
