/** What `maskwire check` says of a policy that cannot take effect: the file, the line, and what to write instead. */
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check } from "../../src/node/commands/check.ts";
import { LIST_LIMIT_BYTES } from "../../src/node/config/list-files.ts";
import { runProgram, runServer } from "../support/run-server.ts";

let folder = "";
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "maskwire-problems-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Lines of `check`, without the name of the program and with the folder left out. */
async function problemsOf(yaml: string, files: Readonly<Record<string, string | Uint8Array>> = {}): Promise<string[]> {
  const own = join(folder, String(++count));
  await mkdir(own);
  for (const [name, text] of Object.entries({ ...files, "maskwire.yaml": yaml }))
    await writeFile(join(own, name), text);
  const lines: string[] = [];
  const write = (text: string | Uint8Array): boolean => (lines.push(String(text)), true);
  const code = await check.run({ config: join(own, "maskwire.yaml") }, {
    environment: {},
    stdout: {
      write: (_text: unknown, done?: () => void) => (done?.(), true),
      once: () => undefined,
      on: () => undefined,
    },
    stderr: { write },
  } as never);
  const text = lines.join("");
  expect(code).toBe(text.includes(": ok\n") ? 0 : 1);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.replaceAll(`${own}/`, "").replace("maskwire: ", ""));
}

/** The second detector of a policy, from line 5 on; the rest of its keys follows on line 6. */
const order = (rest: string): string => `policies:
  a:
    detectors:
      - { entity: FIRST, pattern: 'AA[0-9]{4}', hits: [AA1234] }
      - entity: ORDER
        ${rest.split("\n").join("\n        ")}
`;
const CONFIG = "BAD_CONFIG: the configuration is not valid: detectors: ORDER:";
const PATTERN = "BAD_PATTERN: the pattern is not valid: ORDER:";
const AT = "maskwire.yaml";

const DETECTORS: readonly (readonly [string, string, string])[] = [
  [
    "an example that is not found",
    "pattern: 'ORD-[0-9]{6}'\nhits: [ORD-123456, ORD-12345]",
    `${AT}:7:28: policies.a.detectors.1.hits.1: ${CONFIG} hits.1 is not found whole`,
  ],
  [
    "an example that is found in part",
    "pattern: 'ORD-[0-9]{6}'\nboundary: none\nhits: [ORD-1234567]",
    `${AT}:8:16: policies.a.detectors.1.hits.0: ${CONFIG} hits.0 is not found whole`,
  ],
  [
    "a counter-example that is found",
    "pattern: 'ORD-[0-9]{6}'\nhits: [ORD-123456]\nmisses: [x, see ORD-123456]",
    `${AT}:8:21: policies.a.detectors.1.misses.1: ${CONFIG} misses.1 is found`,
  ],
  ["no example", "pattern: 'ORD-[0-9]{6}'\nhits: []", `${AT}:7:15: policies.a.detectors.1.hits: must not be empty`],
  [
    "a validator that its example fails",
    "pattern: '[0-9]{6}'\nvalidator: luhn\nhits: ['123456']",
    `${AT}:8:16: policies.a.detectors.1.hits.0: ${CONFIG} hits.0 is not found whole`,
  ],
  [
    "a pattern without a longest match",
    "pattern: 'ORD-[0-9]+'\nhits: [ORD-1]",
    `${AT}:6:18: policies.a.detectors.1.pattern: ${PATTERN} the pattern has no longest match; bound the repeat as in {1,64} or declare maxLength`,
  ],
  [
    "a pattern that looks around",
    "pattern: '(?<=a)ORD'\nhits: [ORD]",
    `${AT}:6:18: policies.a.detectors.1.pattern: ${PATTERN} lookaround is not supported: it cannot run in linear time on a stream; use boundary or context words (at character 1)`,
  ],
  [
    "a pattern that refers back",
    "pattern: '(a)\\1'\nhits: [aa]",
    `${AT}:6:18: policies.a.detectors.1.pattern: ${PATTERN} back-references are not supported: they cannot run in linear time; repeat the group's text (at character 4)`,
  ],
  [
    "a pattern that matches nothing at all",
    "pattern: '[0-9]{6}|'\nhits: ['123456']",
    `${AT}:6:18: policies.a.detectors.1.pattern: ${PATTERN} `,
  ],
  [
    "a repeat that explodes",
    "pattern: '((x{1,100}){1,100}){1,9}'\nhits: [x]",
    `${AT}:6:18: policies.a.detectors.1.pattern: ${PATTERN} `,
  ],
  [
    "a word that it needs and does not have",
    "pattern: 'ORD-[0-9]{6}'\nneedsContext: true\nhits: [ORD-123456]",
    `${AT}:7:23: policies.a.detectors.1.needsContext: ${CONFIG} needsContext without contextWords finds nothing`,
  ],
  [
    "a word that nothing can be",
    "pattern: 'ORD-[0-9]{6}'\ncontextWords: [order, order2]\nhits: [ORD-123456]",
    `${AT}:7:31: policies.a.detectors.1.contextWords.1: ${CONFIG} contextWords.1 is never met: digits part words; write order`,
  ],
  [
    "an unknown validator",
    "pattern: 'ORD-[0-9]{6}'\nvalidator: lun\nhits: [ORD-123456]",
    `${AT}:7:20: policies.a.detectors.1.validator: write one of: luhn, mod11_10, verhoeff, damm, mod97`,
  ],
  [
    "an unknown key",
    "patern: 'ORD-[0-9]{6}'\nhits: [ORD-123456]",
    `${AT}:6:9: policies.a.detectors.1.patern: unknown key; did you mean \`pattern\`?`,
  ],
];

describe("a detector of a policy's own", () => {
  it.each(DETECTORS)("is refused with its line: %s", async (_name, rest, says) => {
    const [problem = "none", ...others] = (await problemsOf(order(rest))).filter(
      (line) => !line.includes("pattern: is missing"),
    );
    expect(says.endsWith(" ") ? problem.slice(0, says.length) : problem).toBe(says);
    expect(others).toEqual([]);
  });

  it("is refused where another of the name is: built in, of a pack, or its own", async () => {
    const named = (entity: string, more = ""): string =>
      `policies:\n  a:\n${more}    detectors:\n      - { entity: ${entity}, pattern: 'Q[0-9]{4}', hits: [Q1234] }\n`;
    const text = "there is a detector of this name; choose another";
    const at = (line: number, entity: string): string[] => [
      `${AT}:${line}:19: policies.a.detectors.0.entity: BAD_CONFIG: the configuration is not valid: detectors: ${entity}: ${text}`,
    ];
    expect(await problemsOf(named("EMAIL"))).toEqual(at(4, "EMAIL"));
    expect(await problemsOf(named("DENIED"))).toEqual(at(4, "DENIED"));
    expect(await problemsOf(named("BE_NRN", "    packs: [be]\n"))).toEqual(at(5, "BE_NRN"));
    const [twice] = await problemsOf(order("pattern: 'ORD'\nhits: [ORD]").replace("FIRST", "ORDER"));
    expect(twice).toContain(text);
  });

  it("is refused where it stands, also by a policy that builds on its own", async () => {
    const yaml = `${order("pattern: 'ORD-[0-9]+'\nhits: [ORD-1]")}  b:\n    extends: a\n`;
    const says = `${AT}:6:18: policies.a.detectors.1.pattern: ${PATTERN} the pattern has no longest match; bound the repeat as in {1,64} or declare maxLength`;
    expect(await problemsOf(yaml)).toEqual([says, says]);
  });

  it.each([
    ["pack", "packs: [de, dee]", /^maskwire\.yaml:3:17: policies\.a\.packs\.1: write one of: us, /],
    ["country", "packs: [xx]", /^maskwire\.yaml:3:13: policies\.a\.packs\.0: write one of: us, /],
    [
      "entity",
      "entities: [EMAL]",
      /^maskwire\.yaml:3:16: policies\.a\.entities\.0: no such entity; did you mean `EMAIL`\?$/,
    ],
    ["entity of a pack", "entities: [BE_NRN]", /^maskwire\.yaml:3:16: .*write `packs: \[be\]` to look for it$/],
    [
      "entity of an operator",
      "operators: { EMAL: { operator: mask } }",
      /^maskwire\.yaml:3:18: .*did you mean `EMAIL`\?$/,
    ],
    ["entity of a word", "requireContext: { CA_SIM: false }", /^maskwire\.yaml:3:23: .*did you mean `CA_SIN`\?$/],
    [
      "word that is not needed",
      "requireContext: { IPV4: false }",
      /^maskwire\.yaml:3:29: .*IPV4 needs no word; remove the line$/,
    ],
    [
      "pattern of a list",
      "allow: { patterns: [a, '('] }",
      /^maskwire\.yaml:3:28: policies\.a\.allow\.patterns\.1: BAD_PATTERN: .*the group has no '\)'/,
    ],
    [
      "pattern of the other list",
      "deny: { patterns: [a, '('] }",
      /^maskwire\.yaml:3:27: policies\.a\.deny\.patterns\.1: BAD_PATTERN: .*the group has no '\)'/,
    ],
    [
      "event that could be no event",
      "operators: { EMAIL: { operator: drop-event } }",
      /^maskwire\.yaml:3:25: policies\.a\.operators\.EMAIL: .*drop-event: what does not parse has nothing to drop; write onInvalid: drop or close$/,
    ],
    [
      "field of one that goes",
      "onInvalid: drop\n    fields: { a: { operator: drop-field }, a.b: { operator: redact } }",
      /^maskwire\.yaml:4:49: policies\.a\.fields\.a\.b: .*a\.b: a goes with all below it; remove one$/,
    ],
    ["empty list", "deny: {}", /^maskwire\.yaml:3:11: policies\.a\.deny: .*write values or patterns$/],
  ])("is refused with its line, as is an unknown %s", async (_what, line, says) => {
    expect(await problemsOf(`policies:\n  a:\n    ${line}\n`)).toEqual([expect.stringMatching(says)]);
  });
});

const lists = (list: string, key = "valuesFile"): string => `policies:\n  a:\n    ${list}:\n      ${key}: list.txt\n`;

describe("a file with several mistakes", () => {
  const list = (yaml: string): Promise<string[]> =>
    problemsOf(yaml).then((lines) => lines.map((line) => line.split(": ").slice(0, 2).join(" ")));

  it("hears of all that no other one is to blame for, in the order of the file", async () => {
    const yaml = `limits: { heartbeatMs: 1 }
policies:
  broken: { thresold: 1 }
  refused: { detectors: [{ entity: ONE, pattern: '(?=a)', hits: [a] }] }
  heir: { extends: broken, entities: [NOPE] }
  unknown: { entities: [NOPE] }
  late: { detectors: [{ entity: TWO, pattern: 'T[0-9]{4}', hits: [T12345] }] }
feeds:
  one: { policy: nowhere }
  two: { polcy: unknown }
  three: { policy: broken }
`;
    expect(await list(yaml)).toEqual([
      `${AT}:1:24 limits.heartbeatMs`,
      `${AT}:3:13 policies.broken.thresold`,
      `${AT}:4:50 policies.refused.detectors.0.pattern`,
      `${AT}:6:25 policies.unknown.entities.0`,
      `${AT}:7:67 policies.late.detectors.0.hits.0`,
      `${AT}:9:18 feeds.one.policy`,
      `${AT}:10:10 feeds.two.polcy`,
    ]);
  });

  it("is not told that what stands there in a wrong way is missing", async () => {
    const yaml = `remoteDetectors: { pii: { url: 7 } }
relays: { up: { url: 7 } }
policies:
  a: { remoteDetectors: [pii], entities: [NAME] }
  b: { extends: a, operators: { NAME: mask } }
`;
    const lines = await list(yaml);
    expect(lines).not.toEqual([]);
    expect(lines.filter((line) => !/ (?:remoteDetectors\.pii|relays\.up)\b/.test(line))).toEqual([
      `${AT}:5:39 policies.b.operators.NAME`,
    ]);
  });

  it("that is no map, or no YAML, hears of that alone", async () => {
    expect(await problemsOf("7\n")).toHaveLength(1);
    const broken = await list("policies: { a: [ }\nlimits: { heartbeatMs: 1 }\n");
    expect(broken).not.toEqual([]);
    expect(broken.join()).not.toContain("heartbeatMs");
  });
});

describe("a file with a list", () => {
  it("is read beside the configuration: comments, empty lines, line ends of either kind, a BOM, values twice", async () => {
    const text = "\uFEFF# ours\r\nsupport@acme.example\r\n\r\n# again\nsupport@acme.example\nJürgen 😀\n";
    expect(await problemsOf(lists("allow"), { "list.txt": text })).toEqual([`${AT}: ok`]);
    expect(await problemsOf(lists("allow", "patternsFile"), { "list.txt": "[a-z]{1,9}@acme\\.example\n" })).toEqual([
      `${AT}: ok`,
    ]);
  });

  it.each<readonly [string, string | Uint8Array | undefined, string]>([
    [
      "that is not there",
      undefined,
      `${AT}:4:19: policies.a.deny.valuesFile: does not exist; it is looked for beside this file`,
    ],
    [
      "without a line",
      "# nothing yet\n\n",
      `${AT}:4:19: policies.a.deny.valuesFile: holds no line; write one value a line, or remove this key`,
    ],
    [
      "of one byte too many",
      new Uint8Array(LIST_LIMIT_BYTES + 1).fill(10),
      `${AT}:4:19: policies.a.deny.valuesFile: is longer than ${LIST_LIMIT_BYTES} bytes; split it, or write patterns`,
    ],
    [
      "with a value of 257 characters",
      `ok\n${"x".repeat(257)}\n`,
      "list.txt:2:1: policies.a.deny.valuesFile: is longer than 256 characters; write a pattern for it",
    ],
    [
      "with a space behind a value",
      "ok\nBluebird \n",
      "list.txt:2:1: policies.a.deny.valuesFile: begins or ends with a space, which no finding does; remove it",
    ],
    [
      "with a tab",
      "ok\n#\na\tb\n",
      "list.txt:3:1: policies.a.deny.valuesFile: holds a control character, such as a tab; write one value a line",
    ],
    [
      "that is not UTF-8",
      Buffer.from("ok\nJ\xfcrgen\nok2\n", "latin1"),
      "list.txt:2:1: policies.a.deny.valuesFile: is not UTF-8; save the file as UTF-8",
    ],
    [
      "of one line too many",
      Array.from({ length: 2_001 }, (_, index) => `v${index}`).join("\n"),
      "list.txt:2001:1: policies.a.deny.valuesFile: is one line too many: 2000 at most; write patterns for what they have in common",
    ],
  ])("is refused with file, line and what to write: one %s", async (_name, text, says) => {
    expect(await problemsOf(lists("deny"), text === undefined ? {} : { "list.txt": text })).toEqual([says]);
  });

  it("is refused with every line that is wrong", async () => {
    const problems = await problemsOf(lists("allow", "patternsFile"), { "list.txt": "a{2}\n(\nb\n(?=c)\n" });
    expect(problems.map((line) => line.split(": ", 3).join(": "))).toEqual([
      "list.txt:2:1: policies.a.allow.patternsFile: BAD_PATTERN",
      "list.txt:4:1: policies.a.allow.patternsFile: BAD_PATTERN",
    ]);
  });

  it("of as many lines as there may be hides the first and the last of them", async () => {
    const values = Array.from({ length: 2_000 }, (_, index) => `Project ${index} Bluebird`);
    const own = await mkdtemp(join(folder, "many-"));
    await writeFile(join(own, "list.txt"), values.join("\n"));
    await writeFile(join(own, "c.yaml"), lists("deny"));
    const words = ["mask", "--config", join(own, "c.yaml"), "--policy", "a"];
    const { stdout, stderr } = await runProgram(words, `${values[0]}, ${values.at(-1)}, Project 2000 Bluebird\n`);
    expect(stderr).toBe("");
    expect(stdout).toBe("[DENIED], [DENIED], Project 2000 Bluebird\n");
  });

  it("is taken over when it changes, refused when it is bad, and taken once it is mended", async () => {
    const own = await mkdtemp(join(folder, "reload-"));
    const list = join(own, "list.txt");
    await writeFile(list, "Project Bluebird\n");
    const deny = { valuesFile: "list.txt" };
    const configFile = join(own, "maskwire.yaml");
    await writeFile(
      configFile,
      JSON.stringify({ policies: { default: { deny } }, limits: { drainGraceMs: 0, drainWindowMs: 0 } }),
    );
    const server = await runServer({ configFile });
    const masks = async (): Promise<string> => {
      const init = {
        method: "POST",
        headers: { "content-type": "text/plain" },
        body: "Project Bluebird, Project Heron",
      };
      return (await fetch(`${server.origin}/v1/mask`, init)).text();
    };
    // Whole at once: what is written in place is seen empty in between, on a slow machine.
    const write = async (text: string): Promise<void> => {
      await writeFile(`${list}.new`, text);
      await rename(`${list}.new`, list);
    };
    try {
      expect(await masks()).toBe("[DENIED], Project Heron");
      await write("Project Bluebird\nProject Heron\n");
      await server.untilLogged("configuration-taken", 1);
      expect(await masks()).toBe("[DENIED], [DENIED]");
      await write("Project Bluebird\n Project Heron\n");
      await server.untilLogged("configuration-refused", 1);
      expect(await masks()).toBe("[DENIED], [DENIED]");
      expect(server.logged()).not.toContain("Heron");
      await write("Project Heron\n");
      await server.untilLogged("configuration-taken", 2);
      expect(await masks()).toBe("Project Bluebird, [DENIED]");
    } finally {
      expect(await server.stop()).toBe(0);
    }
  });
});
