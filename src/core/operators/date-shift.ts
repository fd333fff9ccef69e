/**
 * `1985-03-14` → `1984-11-02`: a date moved by some days, the same number of them for the same subject, so that what lies
 * between two dates of somebody stays true.
 *
 * Gives away those intervals, the time of day, and that the true date lies within `days` of what it says. Without a subject
 * all dates of a tenant move alike: whoever knows one of them knows all. What is no date is redacted.
 */
import { encodeUtf8 } from "../bytes.ts";
import { FIELD } from "../finding.ts";
import { KEY_VERSION_LIMIT } from "../key-ring.ts";
import { DATE_FORM, moveDate } from "../written-date.ts";
import { RecentlyUsed } from "./cache.ts";
import { onForm, type OperatorContext, type OperatorKind } from "./operator.ts";
import { DATE_ORDERS, type DateShiftSpec } from "./spec.ts";
import { SubjectReader } from "./subject.ts";

const DEFAULT_DAYS = 365;
const KEY_BYTES = 32;
/** Of the digest: uneven by less than one in a billion over the widest range. */
const DRAWN_BYTES = 6;
/** In front of a subject; the tenant has none, so that no subject is the tenant. */
const IS_SUBJECT = "s";

export const dateShift: OperatorKind<DateShiftSpec> = {
  name: "date-shift",
  description:
    "Moves a date by some days, never none: as many for all dates of one subject, whose intervals stay true. Needs the root key.",
  options: {
    days: { kind: "integer", min: 1, max: 3650, description: "How far at most, either way; default 365." },
    subject: {
      kind: "text",
      pattern: /^[^.[\]*"\s]{1,64}(?:\.[^.[\]*"\s]{1,64}){0,15}$/,
      hint: "names of fields joined by dots, such as user.id",
      description:
        "Field of the same record or event that says whose date it is, such as user.id; left out, or where it is not there: the tenant's.",
    },
    order: {
      kind: "choice",
      choices: DATE_ORDERS,
      description:
        "How 5/6/1985 is read; default `month-first`, but day first between points. 31/5/1985 has one reading only.",
    },
    keyVersion: {
      kind: "integer",
      min: 1,
      max: KEY_VERSION_LIMIT,
      description:
        "Key version; default the current one. Name it before you rotate: a date does not say what moved it.",
    },
  },
  compile(spec, context) {
    const { days = DEFAULT_DAYS, subject, order } = spec;
    const offsetOf = openOffsets(spec, context, days);
    const reader = subject === undefined ? undefined : readerOf(subject, context);
    return onForm(DATE_FORM, (text) => moveDate(text, offsetOf(reader?.value), order));
  },
};

/** Days from -days to days without 0, by the subject. No entity: birth and visit of one person move alike. */
function openOffsets(
  { keyVersion }: DateShiftSpec,
  context: OperatorContext,
  days: number,
): (subject: string | undefined) => number {
  const keys = context.keys();
  const version = keyVersion ?? keys.ring.current;
  if (!keys.ring.has(version))
    context.refuse(`keyVersion: there is no key version ${version}; there are ${keys.ring.versions}`);
  const hmac = keys.crypto.hmac(keys.key({ purpose: "date-shift", entity: "", version, length: KEY_BYTES }));
  const known = new RecentlyUsed<number>();
  const draw = (name: string): number => {
    const drawn = hmac(encodeUtf8(name))
      .subarray(0, DRAWN_BYTES)
      .reduce((number, byte) => number * 256 + byte, 0);
    const place = drawn % (2 * days);
    return place < days ? place - days : place - days + 1;
  };
  return (subject) => known.get(subject === undefined ? "" : IS_SUBJECT + subject, draw);
}

function readerOf(subject: string, { entity, policy, isFinding, readers, refuse }: OperatorContext): SubjectReader {
  if (policy.joinMessages === true || (policy.joinFields ?? []).length > 0)
    refuse("subject: goes without joinFields and joinMessages, whose texts are of several events");
  if (isFinding === undefined && entity !== FIELD)
    refuse(`subject: ${entity} is what a remote detector finds, when the record is masked already; leave it out`);
  const known = readers.get(subject);
  if (known instanceof SubjectReader) return known;
  const reader = new SubjectReader(subject, policy.fieldsIgnoreCase === true);
  readers.set(subject, reader);
  return reader;
}
