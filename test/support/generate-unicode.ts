/**
 * The texts of src/core/pattern/unicode-tables.ts and unicode-properties.ts, out of the Unicode data of the Node that runs it.
 *
 * The tables are committed so that every runtime reads alike, whatever Unicode version its engine carries:
 *   npx vitest run --project node test/core/unicode-tables.test.ts -u
 */
const MAX = 0x10ffff;
/** Sets of our own, under names that no pattern can say. */
const OWN: [string, RegExp][] = [
  ["Ignorable", /\p{Default_Ignorable_Code_Point}/u],
  [
    "Unspaced",
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u,
  ],
];

const CATEGORIES = "Cc Cf Cn Co Cs Ll Lm Lo Lt Lu Mc Me Mn Nd Nl No Pc Pd Pe Pf Pi Po Ps Sc Sk Sm So Zl Zp Zs".split(
  " ",
);

/** The scripts of RE2 (Unicode 13); a test asks it for each. */
const SCRIPTS =
  `Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Bhaiksuki Bopomofo
  Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee Chorasmian Common
  Coptic Cuneiform Cypriot Cyrillic Deseret Devanagari Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs Elbasan Elymaic
  Ethiopic Georgian Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi Gurmukhi Han Hangul Hanifi_Rohingya Hanunoo
  Hatran Hebrew Hiragana Imperial_Aramaic Inherited Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada
  Katakana Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki Khudawadi Lao Latin Lepcha Limbu Linear_A Linear_B Lisu
  Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean Marchen Masaram_Gondi Medefaidrin Meetei_Mayek
  Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar Nabataean Nandinagari
  New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Old_Hungarian Old_Italic Old_North_Arabian Old_Permic
  Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa
  Phoenician Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sogdian
  Sora_Sompeng Soyombo Sundanese Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangut Telugu
  Thaana Thai Tibetan Tifinagh Tirhuta Ugaritic Vai Wancho Warang_Citi Yezidi Yi Zanabazar_Square`.split(/\s+/);

function isSurrogate(codePoint: number): boolean {
  return codePoint >= 0xd800 && codePoint <= 0xdfff;
}

/** Ranges as "gap.length" pairs in base 36, each gap counted from the end of the range before. */
function rangesOf(expression: RegExp): string {
  const out: string[] = [];
  let end = 0;
  for (let c = 0; c <= MAX; c++) {
    if (isSurrogate(c) || !expression.test(String.fromCodePoint(c))) continue;
    const start = c;
    while (c < MAX && !isSurrogate(c + 1) && expression.test(String.fromCodePoint(c + 1))) c++;
    out.push((start - end).toString(36), (c - start).toString(36));
    end = c;
  }
  return out.join(" ");
}

/**
 * Every code point's value as "key length" runs, a length of 1 left out: `Cc32ZsPo3Sc`.
 */
function partitionOf(values: readonly (readonly [key: string, expression: RegExp])[], rest: string): string {
  const out: string[] = [];
  let current = "";
  let length = 0;
  const flush = (): void => {
    if (length > 0) out.push(current + (length === 1 ? "" : String(length)));
  };
  let last = values[0];
  for (let c = 0; c <= MAX; c++) {
    const text = String.fromCodePoint(c);
    const found = last[1].test(text) ? last : values.find(([, expression]) => expression.test(text));
    if (found !== undefined) last = found;
    const key = found?.[0] ?? rest;
    if (key !== current) {
      flush();
      current = key;
      length = 0;
    }
    length++;
  }
  flush();
  return out.join("");
}

const FIRST = 0x41;
const SECOND = 0x61;
const LETTERS = 26;

/** Aa, Ab, … Az, Ba, … */
function keyOf(index: number): string {
  return String.fromCharCode(FIRST + Math.floor(index / LETTERS), SECOND + (index % LETTERS));
}

/** Code points that differ only in case, each group sorted: those that an expression with /iu takes for one another. */
function caseOrbits(): number[][] {
  const groups = new Map<number, Set<number>>();
  for (let c = 0; c <= MAX; c++) {
    if (isSurrogate(c)) continue;
    const text = String.fromCodePoint(c);
    for (const other of [text.toLowerCase(), text.toUpperCase()]) {
      const point = other.codePointAt(0) as number;
      if (point === c || other !== String.fromCodePoint(point)) continue;
      if (!new RegExp(`^\\u{${point.toString(16)}}$`, "iu").test(text)) continue;
      const joined = new Set([c, point, ...(groups.get(c) ?? []), ...(groups.get(point) ?? [])]);
      for (const member of joined) groups.set(member, joined);
    }
  }
  return [...new Set(groups.values())].map((group) => [...group].toSorted((a, b) => a - b));
}

/**
 * Runs "gap length step": each code point of the run differs only in case from the one `step` further on, the next of
 * its orbit. Step `x` stands for pairs: +1 and -1 in turns.
 */
function caseRuns(): string {
  const steps = new Map<number, number>();
  for (const orbit of caseOrbits()) orbit.forEach((c, i) => steps.set(c, (orbit[i + 1] ?? orbit[0]) - c));
  const out: string[] = [];
  let end = 0;
  for (let c = 0; c <= MAX; c++) {
    const step = steps.get(c);
    if (step === undefined || step < 0) continue;
    const start = c;
    let isPaired = false;
    while (steps.get(c) === 1 && steps.get(c + 1) === -1) {
      isPaired = true;
      c += 2;
    }
    if (isPaired) c--;
    else while (steps.get(c + 1) === step) c++;
    out.push((start - end).toString(36), (c - start).toString(36), isPaired ? "x" : step.toString(36));
    end = c;
  }
  return out.join(" ");
}

/** Look the same, and are no compatibility forms: the blank of Braille, slashes of fractions, a ratio, a decimal point, a heavy plus. */
const LOOK_ALIKES: Readonly<Record<number, string>> = {
  0x66b: ".",
  0x2044: "/",
  0x2215: "/",
  0x2236: ":",
  0x2795: "+",
  0x2800: " ",
};

/** What one code point that is no decimal digit folds to: one printable ASCII character, or undefined. */
function foldOf(c: number): number | undefined {
  if (c in LOOK_ALIKES) return LOOK_ALIKES[c].charCodeAt(0);
  const text = String.fromCodePoint(c);
  if (/\p{Zs}/u.test(text)) return 0x20;
  if (/[\p{Pd}\u2043\u2212]/u.test(text)) return 0x2d;
  // Decimal digits of all scripts are a class of their own, which says enough.
  if (/\p{Nd}/u.test(text)) return undefined;
  const plain = text.normalize("NFKC");
  return plain.length === 1 && plain >= " " && plain <= "~" ? plain.charCodeAt(0) : undefined;
}

/** Runs "gap.length.target": `length + 1` code points fold to consecutive characters from `target`. */
function foldRuns(): string {
  const out: string[] = [];
  let end = 0;
  for (let c = 0x80; c <= MAX; c++) {
    if (isSurrogate(c)) continue;
    const target = foldOf(c);
    if (target === undefined) continue;
    const start = c;
    const isAlone = target === 0x20 || target === 0x2d;
    if (!isAlone) while (c < MAX && foldOf(c + 1) === target + (c + 1 - start)) c++;
    out.push((start - end).toString(36), (c - start).toString(36), target.toString(36));
    end = c;
  }
  return out.join(" ");
}

const HEAD = `/** Generated by test/support/generate-unicode.ts from Unicode ${process.versions["unicode"]}; do not edit. */
`;

/** Classes that the matcher itself asks for; what is in none of them is `-`. */
const COMMON_CLASSES = [
  ["L", /\p{L}/u],
  ["M", /\p{M}/u],
  ["Nd", /\p{Nd}/u],
  ["N", /[\p{Nl}\p{No}]/u],
] as const;

export function unicodeTables(): string {
  return `${HEAD}
/** Letters, marks, decimal digits and the other numbers: "key length" runs over all code points, a length of 1 left out. */
export const COMMON_CLASSES =
  "${partitionOf(COMMON_CLASSES, "-")}";

/** Sets of our own as "gap length" pairs in base 36, each gap counted from the end of the range before. */
export const SETS = {
${OWN.map(([name, expression]) => `  ${name}: "${rangesOf(expression)}",`).join("\n")}
};

/** "gap length target" runs in base 36: consecutive code points fold to consecutive ASCII characters; no decimal digits. */
export const FOLDS =
  "${foldRuns()}";

/** "gap length step" runs in base 36: the next code point up that differs only in case; x is +1 and -1 in turns. */
export const CASES =
  "${caseRuns()}";
`;
}

export function unicodeProperties(): string {
  const categories = CATEGORIES.map((name) => [name, new RegExp(`\\p{${name}}`, "u")] as const);
  const scripts = SCRIPTS.map((name, index) => [keyOf(index), new RegExp(`\\p{Script=${name}}`, "u")] as const);
  // Nine of ten code points belong to nobody: asked first, or each of them would be asked about every script.
  const parts = [["Zz", /[\p{Cn}\p{Co}\p{Cs}]/u] as const, ...scripts];
  return `${HEAD}
/** General categories: "key length" runs over all code points, a length of 1 left out. */
export const CATEGORIES =
  "${partitionOf(categories, "Cn")}";

/** The scripts that patterns can name, in the order of their keys Aa, Ab, … */
export const SCRIPT_NAMES =
  "${SCRIPTS.join(" ")}";

/** Scripts: "key length" runs over all code points, a length of 1 left out; Zz is every script without a name here. */
export const SCRIPTS =
  "${partitionOf(parts, "Zz")}";
`;
}
