/** What the documents tell people to write: configurations that hold, command lines that are understood, paths that exist. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command as Parser } from "commander";
import { describe, expect, it } from "vitest";
import { compilePolicy, maskWhole } from "../../src/core/index.ts";
import type { Command } from "../../src/node/command.ts";
import { readConfig } from "../../src/node/config/read.ts";
import { refuseHistory } from "../../src/node/history/open-broker.ts";
import type { ServerConfig } from "../../src/server/config/config.ts";
import { extendPolicy } from "../../src/server/config/extend-policy.ts";
import { refuseViews } from "../../src/server/feeds/view-rules.ts";
import { remoteEntities } from "../../src/server/masking/policy-set.ts";
import { refuseDetokenize } from "../../src/server/reversal/detokenize-rules.ts";
import { keysFrom } from "../support/keys.ts";
import { REPOSITORY } from "../support/repository.ts";
import { startTestServer } from "../support/server.ts";

const PAGES = ["README.md", "CONTRIBUTING.md"].concat(
  readdirSync(join(REPOSITORY, "docs")).flatMap((name) => (name.endsWith(".md") ? [`docs/${name}`] : [])),
);

interface Block {
  /** Page and line. */
  readonly place: string;
  readonly language: string;
  readonly mark: string;
  readonly text: string;
}

function blocksOf(page: string): Block[] {
  const whole = readFileSync(join(REPOSITORY, page), "utf8");
  return [...whole.matchAll(/^( *)```(\w*)(?: (\S+))?\n([^]*?)^ *```$/gm)].map((found) => {
    const [, indent = "", language = "", mark = "", text = ""] = found;
    const line = whole.slice(0, found.index).split("\n").length;
    return { place: `${page}:${line}`, language, mark, text: text.replaceAll(new RegExp(`^${indent}`, "gm"), "") };
  });
}

const BLOCKS = PAGES.flatMap(blocksOf);
const rows = <Row extends { readonly place: string }>(all: readonly Row[]) =>
  all.map((row) => [row.place, row] as const);

describe("a configuration in the documents", () => {
  const configurations = BLOCKS.filter(({ language, text }) => language === "yaml" && !/^kind:/m.test(text));

  it("is one of many", () => expect(configurations.length).toBeGreaterThan(20));

  // Those of docs/policies.md with their examples: test/node/policies-docs.test.ts.
  it.each(rows(configurations.filter(({ mark }) => !mark.startsWith("recipe="))))("can take effect: %s", (_, block) => {
    const read = readConfig(block.text, block.place);
    expect(read.ok ? [] : read.problems).toEqual([]);
    if (!read.ok) return;
    const config = { ...read.value, policies: { default: {}, ...read.value.policies } } as ServerConfig;
    const hasKeys = { hasKeys: true };
    const refused = [...refuseViews(config), ...refuseDetokenize(config, hasKeys), ...refuseHistory(config, hasKeys)];
    expect(refused).toEqual([]);
    const options = { keys: keysFrom(), remote: remoteEntities(config.remoteDetectors ?? {}) };
    for (const name of Object.keys(config.policies))
      expect(() => compilePolicy(extendPolicy(config.policies, name), options)).not.toThrow();
  });
});

/** Words of a shell line up to what is the shell's own; a text in quotes is one word. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [, quoted, double, plain, end] of text.matchAll(/'([^']*)'|"([^"]*)"|([^\s'"|<>;&()]+)|([|<>;&()])/g)) {
    if (end !== undefined || plain?.startsWith("#")) break;
    words.push(quoted ?? double ?? plain ?? "");
  }
  return words;
}

interface Line {
  readonly place: string;
  readonly words: readonly string[];
}

const PROGRAM = /(?:^|[\s(`])(?:(?:npx|-A) )?(?:\S*dist\/node\/main\.js|maskwire) +(?=[a-z])/gm;
const COMMANDS = readdirSync(join(REPOSITORY, "src/node/commands"))
  .map((name) => name.replace(/\.ts$/, ""))
  .filter((name) => !name.includes("-"));

/** Every call of ours in a shell block. */
function linesIn({ place, language, text }: Block): Line[] {
  if (language !== "sh") return [];
  const joined = text.replaceAll("\\\n", " ");
  return [...joined.matchAll(PROGRAM)].map((found) => {
    const [rest = ""] = joined.slice(found.index + found[0].length).split("\n");
    return { place, words: wordsOf(rest) };
  });
}

async function parserOf(name: string): Promise<Parser> {
  const module = (await import(`../../src/node/commands/${name}.ts`)) as Readonly<Record<string, Command>>;
  const parser = new Parser(name)
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({ writeErr: () => {} });
  return module[name].define(parser).action(() => {});
}

describe("a command line in the documents", () => {
  const lines = BLOCKS.flatMap(linesIn);

  it("is one of many", () => expect(lines.length).toBeGreaterThan(20));

  it.each(lines.map((line) => [`${line.place}: ${line.words.join(" ")}`, line] as const))(
    "is understood: %s",
    async (_, { words: [name = "", ...words] }) => {
      expect(COMMANDS).toContain(name);
      const parser = await parserOf(name);
      await parser.parseAsync(words, { from: "user" });
    },
  );

  it.each(PAGES)("has no flag that its command does not know: %s", async (page) => {
    const text = readFileSync(join(REPOSITORY, page), "utf8");
    const calls = [...text.matchAll(/`(?:npx )?maskwire ([a-z]+)\b([^`]*)`/g)].filter(([, name = ""]) =>
      COMMANDS.includes(name),
    );
    for (const [call, name = "", rest = ""] of calls) {
      const { options } = await parserOf(name);
      for (const [flag] of rest.matchAll(/(?<=[\s[(])--?[a-z][a-z-]*/g))
        expect([call, options.some(({ long, short }) => long === flag || short === flag)]).toEqual([call, true]);
    }
  });

  it.each(PAGES)("of npm is a script of the package: %s", (page) => {
    const { scripts } = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as { scripts: object };
    const text = readFileSync(join(REPOSITORY, page), "utf8");
    for (const [, name = ""] of text.matchAll(/npm run (?:--silent )?([a-z][a-z:-]*)/g))
      expect([page, name, Object.hasOwn(scripts, name)]).toEqual([page, name, true]);
  });

  it.each(PAGES)("of vitest and kubectl names what is there: %s", (page) => {
    const text = readFileSync(join(REPOSITORY, page), "utf8");
    for (const [, path = ""] of text.matchAll(
      /(?:vitest run(?: --\S+(?: \w+)?)?|kubectl kustomize) ((?:test|manifests)\/[\w./-]+)/g,
    ))
      expect([page, path, existsSync(join(REPOSITORY, path))]).toEqual([page, path, true]);
  });
});

describe("an address in the documents", () => {
  it.each(PAGES)("is one of the routes: %s", async (page) => {
    const { paths } = (await (await startTestServer().app.request("/openapi.json")).json()) as { paths: object };
    const routes = Object.keys(paths).map((path) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`));
    const text = readFileSync(join(REPOSITORY, page), "utf8");
    for (const [, path = ""] of text.matchAll(/(?<![\w.-])(\/v1\/[\w{},.*/-]+)/g))
      expect([page, path, routes.some((route) => route.test(path))]).toEqual([page, path, true]);
  });
});

describe("the operator of one's own in docs/policies.md", () => {
  it("does what it says", async () => {
    const { text } = BLOCKS.find((block) => block.place.startsWith("docs/policies.md") && block.language === "js") ?? {
      text: "",
    };
    const module = `export default (compilePolicy) => {\n${text}\nreturn policy;\n};`;
    const { default: make } = (await import(`data:text/javascript,${encodeURIComponent(module)}`)) as {
      default: (compile: typeof compilePolicy) => ReturnType<typeof compilePolicy>;
    };
    const masked = maskWhole(make(compilePolicy), "text", new TextEncoder().encode("mail jane@acme.com"));
    expect(new TextDecoder().decode(masked)).toBe("mail @acme.com");
  });
});
