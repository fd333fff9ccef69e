/** What may be logged is a matter of types: each `@ts-expect-error` fails the build once its line compiles. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createLog } from "../../src/node/log.ts";
import { LOG_EVENTS, nameIn, namedEntries } from "../../src/server/telemetry/log.ts";
import { REPOSITORY } from "../support/repository.ts";

const PAYLOAD: string = "ann.lee@example.com";
const MORE = { code: "BAD_JSON", text: PAYLOAD } as const;
const lines: string[] = [];
const log = createLog((line) => void lines.push(line));

test("text that is merely a string does not compile as a log record", () => {
  const written = [
    // @ts-expect-error -- an event that is not in the table
    () => log.info(PAYLOAD),
    // @ts-expect-error -- the same, as a constant
    () => log.info("ann.lee@example.com"),
    // @ts-expect-error -- a value
    () => log.warn("relay-lost", { relay: PAYLOAD }),
    // @ts-expect-error -- a value, as a constant
    () => log.warn("relay-lost", { relay: "orders" }),
    // @ts-expect-error -- a field by the name of payload
    () => log.error("answer-cut", { [PAYLOAD]: 1 }),
    // @ts-expect-error -- a field that is not in the list
    () => log.error("answer-cut", { text: 1 }),
    // @ts-expect-error -- what is spread brings more than is asked for
    () => log.error("answer-cut", { ...MORE }),
    // @ts-expect-error -- an object of any fields
    () => log.error("answer-cut", { waitMs: { text: PAYLOAD } }),
  ];
  // They would run: only the types stop them.
  for (const write of written) write();
  expect(lines).toHaveLength(written.length);
});

describe("a name", () => {
  test("is one that the configuration has, and nothing that an object has besides", () => {
    const feeds = { orders: 1 };
    expect(nameIn(feeds, "orders")).toBe("orders");
    expect([nameIn(feeds, PAYLOAD), nameIn(feeds, "constructor"), nameIn(feeds, "")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("is logged as it is written, with numbers and codes", () => {
    lines.length = 0;
    for (const [relay] of namedEntries({ orders: 1 }))
      log.warn("relay-lost", { relay, waitMs: 5, code: "BODY_BROKEN" });
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      event: "relay-lost",
      relay: "orders",
      waitMs: 5,
      code: "BODY_BROKEN",
    });
  });
});

test("docs/operations.md lists every event", () => {
  const text = readFileSync(join(REPOSITORY, "docs/operations.md"), "utf8").replaceAll(/\s+/g, " ");
  expect(text).toContain(`Events: ${LOG_EVENTS.map((event) => `\`${event}\``).join(", ")}.`);
});

test.each(LOG_EVENTS)("the event %s is spelt like all others", (name) => {
  expect(name).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
});
