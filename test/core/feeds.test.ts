/**
 * Feeds that nobody tuned a detector for: what was planted is hidden, what is harmless stays, but for what a feed's row says
 * and why.
 */
import { describe, expect, it } from "vitest";
import { FeedJudge, type Judged, loadFeeds } from "../support/feeds.ts";
import { seedOr } from "../support/seed.ts";

const RECORDS = 12;
const judge = new FeedJudge();
const feeds = loadFeeds();

/** One example of each kind. */
function kindsOf(judged: readonly Judged[], verdict: Judged["verdict"]): Record<string, string> {
  return Object.fromEntries(judged.filter((one) => one.verdict === verdict).map(({ kind, text }) => [kind, text]));
}

describe("records of a feed", () => {
  it.each(feeds.map((feed) => [feed.name, feed] as const))("%s", (_, feed) => {
    const judged = judge.judge(feed, { seed: seedOr(20_261_130), records: RECORDS });
    const leaks = Object.entries(kindsOf(judged, "leaked")).filter(([kind]) => !Object.hasOwn(feed.passes, kind));
    expect(Object.fromEntries(leaks)).toEqual({});
    expect(kindsOf(judged, "false")).toEqual({});
  });

  it("that are to be judged hold something", () => {
    expect(new Set(feeds.map(({ name }) => name)).size).toBe(feeds.length);
    const judged = feeds.flatMap((feed) => judge.judge(feed, { seed: 1, records: 1 }));
    expect(feeds.filter(({ name }) => !judged.some(({ feed }) => feed === name)).map(({ name }) => name)).toEqual([
      "orders",
    ]);
  });

  it("that would leak are seen to", () => {
    const [verdict] = judge.judge(
      { name: "x", choice: { format: "text" }, packs: [], passes: {}, record: "q={{KEYED_PII:given}} {{EMAIL}}" },
      { seed: 1, records: 1 },
    );
    expect(verdict).toMatchObject({ kind: "KEYED_PII:given", verdict: "leaked" });
    const wrong = judge.judge(
      { name: "x", choice: { format: "text" }, packs: [], passes: {}, record: "a@{{uuid}}.org" },
      { seed: 1, records: 1 },
    );
    expect(wrong).toMatchObject([{ verdict: "false", kind: "EMAIL of template and uuid and template" }]);
  });
});
