import { describe, expect, test } from "vitest";
import { History } from "../../src/server/history/history.ts";
import { formatPositions, parsePositions } from "../../src/server/history/position.ts";

const NOTHING = new Uint8Array(0);

/** A history of `count` events, one a millisecond from 1 on, of which only the last `kept` fit. */
function historyOf(count: number, kept = count): History {
  const history = new History({ historyMaxBytes: kept * 210, historyMaxAgeMs: 10_000 }, "000000");
  for (let atMs = 1; atMs <= count; atMs++) history.append({ event: NOTHING, data: new Uint8Array(10) }, atMs);
  return history;
}

describe("a history", () => {
  test("counts from 1 without holes", () => {
    const history = historyOf(3);
    expect([history.first, history.last]).toEqual([1, 3]);
    expect(history.after(0, 10, 1e9).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });

  test("knows the place before its first event", () => {
    const history = historyOf(0);
    expect([history.first, history.last, history.isEmpty]).toEqual([1, 0, true]);
    expect(history.resume({ epoch: history.epoch, sequence: 0 })).toEqual({ result: "complete", cursor: 0, lost: 0 });
  });

  test("forgets the oldest events over historyMaxBytes", () => {
    const history = historyOf(5_000, 3);
    expect([history.first, history.last]).toEqual([4_998, 5_000]);
    expect(history.after(0, 10, 1e9).map(({ sequence }) => sequence)).toEqual([4_998, 4_999, 5_000]);
  });

  test("keeps the newest event even when it alone is over the limit", () => {
    const history = historyOf(2, 2);
    history.append({ event: NOTHING, data: new Uint8Array(10_000) }, 3);
    expect([history.first, history.last]).toEqual([3, 3]);
  });

  test("forgets events older than historyMaxAgeMs, all of them if need be", () => {
    const history = historyOf(10);
    history.trim(10_005);
    expect(history.first).toBe(6);
    history.trim(20_000);
    expect([history.first, history.last, history.isEmpty]).toEqual([11, 10, true]);
    expect(history.resume({ epoch: history.epoch, sequence: 4 })).toEqual({ result: "gap", cursor: 10, lost: 6 });
  });

  test("gives pages bounded by number and by bytes, never an empty one", () => {
    const history = historyOf(10);
    expect(history.after(2, 3, 1e9).map(({ sequence }) => sequence)).toEqual([3, 4, 5]);
    expect(history.after(2, 100, 25).map(({ sequence }) => sequence)).toEqual([3, 4, 5]);
    expect(history.after(2, 100, 1).map(({ sequence }) => sequence)).toEqual([3]);
    expect(history.after(10, 100, 1e9)).toEqual([]);
  });

  test("finds the first place that no more than so many bytes follow, before the newest event at the latest", () => {
    const history = historyOf(10, 5);
    expect([1e9, 1050, 1049, 420, 419, 210, 209, 0].map((bytes) => history.cursorWithin(bytes))).toEqual([
      5, 5, 6, 8, 9, 9, 9, 9,
    ]);
    expect([historyOf(0).cursorWithin(1), historyOf(1).cursorWithin(0)]).toEqual([0, 0]);
    history.trim(20_000);
    expect(history.cursorWithin(1e9)).toBe(10);
  });

  test("finds the place before the newest event that is wanted, and where nothing else is left out none but that", () => {
    const history = historyOf(10, 5);
    const any = ({ isHidden }: { isHidden: boolean }): boolean => !isHidden;
    expect([0, 7, 8, 9, 10].map((sequence) => history.cursorAtWanted(sequence, 0, any))).toEqual([9, 9, 9, 9, 10]);
    history.append({ event: NOTHING, data: NOTHING, isHidden: true }, 11);
    history.append({ event: NOTHING, data: NOTHING, isGap: true }, 11);
    expect([0, 8, 9, 10, 11, 12].map((sequence) => history.cursorAtWanted(sequence, 0, any))).toEqual([
      9, 9, 9, 10, 11, 12,
    ]);
    const odd = ({ sequence }: { sequence: number }): boolean => sequence % 2 === 1;
    expect([0, 7, 8, 9].map((sequence) => history.cursorAtWanted(sequence, 0, odd))).toEqual([10, 10, 10, 9]);
    history.trim(20_000);
    expect([0, 12].map((sequence) => history.cursorAtWanted(sequence, 0, any))).toEqual([12, 12]);
  });

  test("finds the place before the newest of those that are wanted and have so many bytes, others not counted", () => {
    const history = historyOf(10, 5);
    const all = (): boolean => true;
    const odd = ({ sequence }: { sequence: number }): boolean => sequence % 2 === 1;
    const within = (wanted: typeof odd, bytes: number): number => history.cursorAtWanted(0, bytes, wanted);
    expect([1e9, 1050, 1049, 420, 419, 0].map((bytes) => within(all, bytes))).toEqual([5, 5, 6, 8, 9, 9]);
    // Of 7 and 9: both, where they fit.
    expect([1e9, 420, 419, 0].map((bytes) => within(odd, bytes))).toEqual([5, 5, 8, 8]);
  });

  test("counts the bytes after a place", () => {
    const history = historyOf(10, 5);
    expect([0, 5, 8, 9, 10].map((sequence) => history.bytesAfter(sequence))).toEqual([1050, 1050, 420, 210, 0]);
  });

  test.each([
    ["the newest place", 10, { result: "complete", cursor: 10, lost: 0 }],
    ["the place before the oldest event", 5, { result: "complete", cursor: 5, lost: 0 }],
    ["one place earlier", 4, { result: "gap", cursor: 5, lost: 1 }],
    ["the beginning", 0, { result: "gap", cursor: 5, lost: 5 }],
    ["a place not reached yet", 11, { result: "reset", cursor: 5, lost: null }],
  ])("resumes at %s", (_, sequence, resume) => {
    const history = historyOf(10, 5);
    expect(history.resume({ epoch: history.epoch, sequence })).toEqual(resume);
  });

  test("starts anew for another epoch, and for a position that cannot be read", () => {
    const history = historyOf(10, 5);
    for (const position of [{ epoch: "zzzzzz", sequence: 7 }, undefined]) {
      expect(history.resume(position)).toEqual({ result: "reset", cursor: 5, lost: null });
    }
  });

  test("finds the place of a moment", () => {
    const history = historyOf(10, 5);
    expect([0, 6, 7, 10, 11].map((atMs) => history.cursorAt(atMs))).toEqual([5, 5, 6, 9, 10]);
  });
});

describe("a position", () => {
  test("reads what it writes, for one feed and for six", () => {
    const six = Array.from({ length: 6 }, (_, index) => ({ epoch: "k3f9q2", sequence: 9_999_999_999_999 - index }));
    for (const positions of [six.slice(0, 1), six]) {
      const text = formatPositions(positions);
      expect(parsePositions(text, positions.length)).toEqual(positions);
      expect(text.length).toBeLessThanOrEqual(128);
      expect(text).toMatch(/^[0-9A-Za-z._-]+$/);
    }
  });

  test.each([
    "",
    "k3f9q2",
    "k3f9q2.",
    "k3f9q2.-1",
    "k3f9q2.01",
    "K3F9Q2.1",
    "k3f9q.1",
    "k3f9q2.1 ",
    "k3f9q2.1_",
    "k3f9q2.1_k3f9q2.2",
    "k3f9q2.10000000000000",
    "k3f9q2.1\n",
  ])("refuses %j", (text) => {
    expect(parsePositions(text, 1)).toBeUndefined();
  });
});
