/**
 * What the detectors have to reach on texts of others.
 *
 * Owns the table of bars and the verdict. A bar that no figure speaks of is not met.
 */
import type { Row } from "../result.ts";
import { LOG } from "./corpora.ts";
import { SECRET } from "./judge.ts";
import { measure, type Measured, wholes } from "./summary.ts";

const SENTENCES = "presidio-synth-v2";
const TESTS = "presidio-recognizer-tests";
const SECRETS = "secrets-synth";

/** Figures in per cent, but for `false`, which is findings per MB. */
type Figure = "F1" | "recall" | "leak" | "false" | "over-masked" | "hidden" | "look-alikes hit";

export interface Bar {
  readonly corpus: string;
  /** Type of the corpus; absent for what all together reach. */
  readonly type?: string;
  readonly figure: Figure;
  readonly atLeast?: number;
  readonly atMost?: number;
}

const ATOMS: Readonly<Record<string, { readonly f1: number; readonly leak: number }>> = {
  EMAIL: { f1: 99, leak: 2 },
  IBAN: { f1: 99, leak: 2 },
  IP: { f1: 99, leak: 2 },
  US_SSN: { f1: 99, leak: 2 },
  URL: { f1: 99, leak: 2 },
  CREDIT_CARD: { f1: 97, leak: 2 },
  PHONE: { f1: 85, leak: 15 },
};

export const BARS: readonly Bar[] = [
  ...Object.entries(ATOMS).flatMap(([type, { f1, leak }]): Bar[] => [
    { corpus: SENTENCES, type, figure: "F1", atLeast: f1 },
    { corpus: SENTENCES, type, figure: "leak", atMost: leak },
  ]),
  { corpus: SENTENCES, figure: "over-masked", atMost: 0.1 },
  ...["EMAIL", "CREDIT_CARD", "IBAN", "IP", "US_SSN", "PHONE"].map((type): Bar => ({
    corpus: LOG,
    type,
    figure: "recall",
    atLeast: 99,
  })),
  { corpus: LOG, figure: "false", atMost: 1 },
  { corpus: `${TESTS} (with names)`, figure: "hidden", atLeast: 95 },
  { corpus: TESTS, figure: "look-alikes hit", atMost: 3 },
  { corpus: `${TESTS} (with names)`, figure: "look-alikes hit", atMost: 3 },
  { corpus: SECRETS, figure: "hidden", atLeast: 90 },
];

export interface JudgedBar {
  readonly bar: Bar;
  /** Undefined where nothing was measured. */
  readonly value: number | undefined;
  readonly isMet: boolean;
}

/** @param isClaimed which subjects count among values; others are what nobody says to find. */
export function judgeBars(rows: readonly Row[], isClaimed: (subject: string) => boolean): JudgedBar[] {
  return BARS.map((bar) => {
    const value = bar.type === undefined ? wholeFigure(rows, bar, isClaimed) : typeFigure(rows, bar, bar.type);
    const { atLeast = -Infinity, atMost = Infinity } = bar;
    return { bar, value, isMet: value !== undefined && value >= atLeast && value <= atMost };
  });
}

function typeFigure(rows: readonly Row[], { corpus, figure }: Bar, type: string): number | undefined {
  const measured = measure(
    rows.filter(({ bench }) => bench === corpus),
    type,
  );
  const shares: Partial<Record<Figure, number | undefined>> = {
    F1: f1Of(measured),
    recall: measured.recall,
    leak: measured.leak,
  };
  const share = shares[figure];
  return share === undefined ? undefined : 100 * share;
}

function f1Of({ precision, recall }: Measured): number | undefined {
  if (precision === undefined || recall === undefined) return undefined;
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}

function wholeFigure(
  rows: readonly Row[],
  { corpus, figure }: Bar,
  isClaimed: (subject: string) => boolean,
): number | undefined {
  const whole = wholes(rows, (subject) => isClaimed(subject) || subject === SECRET).find(
    ({ name, note }) => corpus === (note === "with names" ? `${name} (${note})` : name),
  );
  if (whole === undefined) return undefined;
  const { found, values, hit, lookAlikes, falsePerMegabyte, overMasked } = whole;
  const share = (part: number, all: number): number | undefined => (all === 0 ? undefined : (100 * part) / all);
  const figures: Partial<Record<Figure, number | undefined>> = {
    hidden: share(found, values),
    "look-alikes hit": share(hit, lookAlikes),
    false: falsePerMegabyte,
    "over-masked": overMasked,
  };
  const value = figures[figure];
  return Number.isNaN(value) ? undefined : value;
}

/** For a terminal: a line a bar. */
export function renderBars(judged: readonly JudgedBar[]): string {
  return judged
    .map(({ bar: { corpus, type, figure, atLeast, atMost }, value, isMet }) => {
      const limit = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
      const measured = value === undefined ? "not measured" : value.toFixed(2);
      return `${isMet ? "met    " : "NOT MET"} ${[corpus, type, figure].filter(Boolean).join(", ")}: ${measured}, ${limit}\n`;
    })
    .join("");
}
