/**
 * Running text in sentences, as chats and tickets hold it; one line in fifteen names a value.
 *
 * Owns the words. A value has a line of its own, because words before it on the same line count as its context.
 */
import { type Corpus, buildCorpus, type Line } from "./corpus.ts";
import { Random } from "./random.ts";
import { makeValue } from "./values.ts";

const VALUE_SHARE = 1 / 15;

const OPENINGS = [
  "Yesterday",
  "In the afternoon",
  "As agreed",
  "To be honest",
  "After the update",
  "Für die Ablage",
  "Later on",
];
const SUBJECTS = [
  "the team",
  "our supplier",
  "a reader from Zürich",
  "the night shift",
  "nobody",
  "the new café",
  "Łukasz",
];
const VERBS = ["moved", "rewrote", "could not open", "compared", "signed for", "forgot about", "measured"];
const OBJECTS = [
  "the second draft",
  "3 of 12 boxes",
  "the invoice of 14 March",
  "a 2.5 mm cable",
  "both rooms",
  "42 % of it",
  "the naïve version",
];
const ENDINGS = [
  "before the train left at 17:45",
  "and wrote it down",
  "for 1,250 euros",
  "– twice",
  "in version 2.4.1",
  "on 2026-01-14",
  "as the “quiet” plan said",
];
const LINES = [
  "Could you write to % before Friday?",
  "The form says % and nothing else.",
  "We were given % by the customer.",
  "Please replace % with the right one.",
];
const NOT_IN_PROSE = new Set(["PRIVATE_KEY"]);

export function proseCorpus(bytes: number, seed: number): Corpus {
  const random = new Random(seed);
  return buildCorpus("prose", bytes, () => proseLine(random));
}

function proseLine(random: Random): Line {
  if (random.next() < VALUE_SHARE) {
    const made = makeValue(random);
    if (!NOT_IN_PROSE.has(made.entity)) return { text: random.pick(LINES).replace("%", made.value), values: [made] };
  }
  const sentences = Array.from({ length: random.int(1, 5) }, () => sentence(random));
  return { text: sentences.join(" "), values: [] };
}

function sentence(random: Random): string {
  return `${[OPENINGS, SUBJECTS, VERBS, OBJECTS, ENDINGS].map((words) => random.pick(words)).join(" ")}.`;
}
