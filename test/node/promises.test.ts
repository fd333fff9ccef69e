/** What README.md and docs/threat-model.md promise: each promise names a test, and the test is there. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BUILT_IN } from "../../src/core/detectors/index.ts";
import { TOKEN_ISSUERS } from "../../src/core/detectors/vendor-token.ts";
import { REPOSITORY } from "../support/repository.ts";

const read = (path: string): string => readFileSync(join(REPOSITORY, path), "utf8");
const spaced = (text: string): string => text.replaceAll(/\s+/g, " ");
const README = spaced(read("README.md"));
const MODEL = read("docs/threat-model.md");

/** Words of the README, and the test that shows them. A promise that changes has its row changed. */
const PROMISES: readonly (readonly [words: string, file: string, title: string])[] = [
  [
    "text leaves as soon as it can belong to no finding",
    "test/core/holdback.test.ts",
    "is held only when it may start one",
  ],
  ["However the network cuts a stream, the output is the same", "test/core/cases.test.ts", "whole and at every cut"],
  [
    "On every exit (error, abort, overflow, bad input) it fails closed",
    "test/faults/matrix.ts",
    "and nothing raw leaves",
  ],
  [
    "writes the masked one while the rest is still on its way",
    "test/server/mask.test.ts",
    "answers while the body is still",
  ],
  ["what was found: counts, never a value", "test/node/mask-findings.test.ts", "and says nothing of a value"],
  ["The content type picks the format", "test/core/media-type.test.ts", "FORMAT_UNKNOWN"],
  ["untouched bytes stay as they are", "test/core/json-differential.test.ts", "keeps each byte"],
  ["names the first and the last position", "test/node/readme.test.ts", "that a subscriber then gets masked"],
  ["without gap or repeat", "test/contract/feeds.ts", "after a dropped connection without gap or repeat"],
  [
    "the stream says so with a `maskwire.gap` event",
    "test/contract/feeds.ts",
    "tells a client with a position of another",
  ],
  ["Only masked events are kept", "test/node/durable.test.ts", "has written nothing raw"],
  [
    "Each event is masked once a view when it comes in",
    "test/node/views.test.ts",
    "masks as often for nobody as for 300",
  ],
  ["proves on your own data that every cut gives the same bytes", "test/node/cli.test.ts", "maskwire verify"],
  ["proves from Kubernetes objects that raw data reaches nobody", "test/packets/proof.test.ts", "LEAK"],
  [
    "Without a file it listens on loopback only",
    "test/node/config.test.ts",
    "is the documented default when it is empty",
  ],
  ["stops the start with its line and column", "test/node/config.test.ts", "refuses $mistake, says where"],
  [
    "the key comes from `MASKWIRE_KEY_FILE` (or `MASKWIRE_KEY`), never from the file",
    "test/node/root-key.test.ts",
    "A root key that stands in the configuration is refused",
  ],
  [
    "A listener on any address but loopback needs `auth`",
    "test/node/cli.test.ts",
    "refuses an address that lets anyone in",
  ],
  ["every request carries a bearer token", "test/contract/auth.ts", "are needed by everybody"],
  [
    "The core has no dependency and no I/O",
    "test/node/package.test.ts",
    "imports nothing, and masks where there is the language and nothing else",
  ],
  [
    "The same routes in workerd, with the same bytes",
    "test/worker/differential.test.ts",
    "Node and workerd, asked the same",
  ],
  ["a durable history of masked rows", "test/worker/feed-object.test.ts", "writes nothing raw to the disk"],
  [
    "rests while nothing happens; its WebSockets stay open",
    "test/worker/feed-object.test.ts",
    "rests while its sockets stay",
  ],
  ["masks every answer on the way out", "test/worker/front.test.ts", "masks an answer"],
  [
    "out of the configuration that the server itself obeys",
    "test/kubernetes/boundary.test.ts",
    "process and policy agree",
  ],
  ["a Deployment with a read-only root", "test/kubernetes/image.test.ts", "nothing can be written but /tmp"],
  ["deny by default, raw data in from one zone", "test/kubernetes/proved.test.ts", "the printed manifests are proved"],
  ["do not hide them", "test/core/disguises.test.ts", "hides no value in %s"],
  [
    "every answer is checked before it is timed",
    "test/bench/bench.test.ts",
    "are held to their answer where they are present",
  ],
];

describe("a promise of the README", () => {
  it.each(PROMISES)("is shown by a test: %s", (words, file, title) => {
    expect(README).toContain(words);
    expect(read(file)).toContain(title);
  });
});

describe("what the README says is found", () => {
  it("counts countries and issuers as the detectors do", () => {
    const countries = new Set(BUILT_IN.flatMap(({ entity }) => /^([A-Z]{2})_/.exec(entity)?.[1] ?? []));
    expect(README).toContain("national identity numbers of twelve countries");
    expect(countries.size).toBe(12);
    expect(README).toContain("tokens of some sixty issuers");
    expect(Math.round(TOKEN_ISSUERS.length / 10) * 10).toBeGreaterThanOrEqual(60);
  });
});

describe("a claim of the threat model", () => {
  const shown = [...MODEL.matchAll(/`(test\/[\w./-]+\.ts)`: ([^;|\n]+?)(?=[;|]| \||\.?\n)/g)].map(
    ([, file = "", title = ""]) => [file, title.trim()] as const,
  );
  const attacks = /\| attack \|[^]*?\n\n/.exec(MODEL)?.[0].trim().split("\n").slice(2) ?? [];
  const promises = MODEL.slice(0, MODEL.indexOf("## Attacks")).match(/^\d\. /gm) ?? [];

  it("is one of many", () => expect([promises.length, attacks.length > 20]).toEqual([7, true]));

  it.each(shown)("is shown by %s: %s", (file, title) => {
    expect(existsSync(join(REPOSITORY, file))).toBe(true);
    expect(read(file)).toContain(title);
  });

  it.each(attacks)("names its test: %s", (row) => expect(row).toMatch(/\| `test\/[\w./-]+`: [^|]+ \|$/));

  it("of the promises names tests, each", () => {
    expect(MODEL.match(/^ {3}Shown by `test\//gm)).toHaveLength(promises.length);
  });
});
