/**
 * Speaks the HTTP interface of a Presidio analyzer: `POST /analyze`.
 *
 * Owns the request's fields and every rule that an answer has to keep. Its offsets are Python's: code points. Findings of
 * different recognizers may overlap there, which is no fault.
 */
import type { Finding } from "../../core/index.ts";
import { decodeText } from "../text.ts";
import { RemoteError, type RemoteAdapter, type Shown } from "./detector.ts";
import type { RemoteDetectorConfig } from "../config/remote-config.ts";

/** More than one for every two characters is no answer. */
const FINDINGS_PER_CODE_POINT = 0.5;
const FINDINGS_FLOOR = 16;

export const presidio: RemoteAdapter = {
  request: ({ text }, { language, entities, scoreThreshold }) => ({
    contentType: "application/json",
    body: JSON.stringify({ text, language, entities: Object.keys(entities), score_threshold: scoreThreshold }),
  }),
  read: (answer, shown, config) => {
    const rows = parse(answer);
    const limit = Math.max(FINDINGS_FLOOR, shown.codePoints * FINDINGS_PER_CODE_POINT);
    if (!Array.isArray(rows) || rows.length > limit) throw new RemoteError("bad-shape");
    return rows.map((row: unknown) => readFinding(row, shown, config)).filter(isCounted(config));
  },
};

function parse(answer: Uint8Array): unknown {
  try {
    return JSON.parse(decodeText(answer)) as unknown;
  } catch {
    throw new RemoteError("not-json");
  }
}

function readFinding(row: unknown, { codePoints }: Shown, { entities }: RemoteDetectorConfig): Finding {
  if (typeof row !== "object" || row === null) throw new RemoteError("bad-shape");
  const { entity_type: name, start, end, score } = row as Readonly<Record<string, unknown>>;
  if (typeof name !== "string" || !isScore(score)) throw new RemoteError("bad-shape");
  if (!isOffset(start) || !isOffset(end)) throw new RemoteError("bad-shape");
  if (start >= end || end > codePoints) throw new RemoteError("bad-span");
  if (!Object.hasOwn(entities, name)) throw new RemoteError("unknown-entity");
  return { start, end, entity: entities[name], score };
}

/** One that does not keep to the threshold it was told is not wrong, only chatty. */
function isCounted({ scoreThreshold }: RemoteDetectorConfig): (finding: Finding) => boolean {
  return ({ score }) => score >= scoreThreshold;
}

function isOffset(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isScore(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 1;
}
