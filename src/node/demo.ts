/**
 * Plays the demo's events into the feed `demo` and shows what masking does to each.
 *
 * Owns the pace and the pairs on the terminal. Shows raw text of made-up events only, never of a real feed, and
 * never through the log.
 */
import { compilePolicy, maskEvent, type Policy, type PolicySpec } from "../core/index.ts";
import type { MaskwireServer } from "../server/app.ts";
import type { Clock } from "../server/host/clock.ts";
import { demoEvents } from "./demo-events.ts";
import type { Colour, Paint } from "./paint.ts";

export const DEMO_FEED = "demo";

/** Two audiences beside the default one, and what each gets to see. */
export const DEMO_VIEWS: Readonly<Record<string, { readonly policy: PolicySpec; readonly summary: string }>> = {
  support: { policy: { operators: { default: { operator: "mask", keepLast: 4 } } }, summary: "the last four stay" },
  analytics: { policy: { operators: { default: { operator: "hash" } } }, summary: "tokens to join on" },
};

export interface DemoOptions {
  readonly clock: Pick<Clock, "every">;
  readonly perSecond: number;
  /** Told each event as it is published, and what the policy makes of it. */
  readonly show?: (raw: string, masked: string) => void;
  /** What `show` is told comes from this policy; default: the default policy. */
  readonly policy?: Policy;
  readonly seed?: number;
}

/** Starts at once and goes on until the returned function is called. */
export function startDemo(server: Pick<MaskwireServer, "publish">, options: DemoOptions): () => void {
  const { clock, perSecond, show, seed, policy = compilePolicy({}) } = options;
  const events = demoEvents(seed);
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const publishNext = (): void => {
    const { event, data } = events.next().value as { event: string; data: string };
    const raw = encoder.encode(data);
    server.publish(DEMO_FEED, raw, event);
    const masked = show === undefined ? null : maskEvent(policy, raw);
    if (masked !== null) show?.(data, decoder.decode(masked));
  };
  publishNext();
  return clock.every(1000 / perSecond, publishNext);
}

interface Piece {
  readonly text: string;
  readonly isMasked: boolean;
}

const PLACEHOLDER = /(\[[A-Z][A-Z0-9_]+\])/;

/**
 * Lays the two texts side by side: the n-th masked piece of one belongs to the n-th of the other.
 * Null when something else than placeholders differs, as after a policy that keeps digits.
 */
export function alignPair(raw: string, masked: string): { raw: Piece[]; masked: Piece[] } | null {
  const parts = masked.split(PLACEHOLDER);
  const rawPieces: Piece[] = [];
  let at = 0;
  for (let index = 0; index < parts.length; index += 2) {
    const kept = parts[index] ?? "";
    const isLast = index === parts.length - 1;
    const found = isLast ? raw.length - kept.length : raw.indexOf(kept, at);
    if (found < at || !raw.startsWith(kept, found)) return null;
    if (index > 0) rawPieces.push({ text: raw.slice(at, found), isMasked: true });
    rawPieces.push({ text: kept, isMasked: false });
    at = found + kept.length;
  }
  return { raw: rawPieces, masked: parts.map((text, index) => ({ text, isMasked: index % 2 === 1 })) };
}

const KEPT_MAX = 56;
const VALUE_MAX = 44;

function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit / 2)}…${text.slice(-limit / 2)}`;
}

type Brush = (text: string) => string;

function paintPieces(pieces: readonly Piece[], masked: Brush, kept: Brush): string {
  return pieces
    .map(({ text, isMasked }) => (isMasked ? masked(shorten(text, VALUE_MAX)) : kept(shorten(text, KEPT_MAX))))
    .join("");
}

/** Two lines for a terminal; long stretches are shortened in the middle, control characters are in JSON escapes. */
export function formatPair(raw: string, masked: string, paint: Paint): string {
  const brush =
    (colour: Colour): Brush =>
    (text) =>
      paint(colour, text);
  const pair = alignPair(raw, masked) ?? {
    raw: [{ text: raw, isMasked: true }],
    masked: [{ text: masked, isMasked: true }],
  };
  const before = paintPieces(pair.raw, brush("red"), brush("dim"));
  const after = paintPieces(pair.masked, brush("green"), (text) => text);
  return `${paint("red", "raw   ")} ${before}\n${paint("green", "masked")} ${after}\n\n`;
}
