/** What the Dockerfile promises, read from its text: no container engine is needed. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inherited, parseDockerfile, type Stage } from "../support/dockerfile.ts";
import { REPOSITORY } from "../support/repository.ts";

const stages = parseDockerfile(read("Dockerfile"));
const run = stages.at(-1) as Stage;
const copies = stages.flatMap((stage) =>
  stage.instructions.filter(({ name }) => name === "COPY").map((copy) => ({ stage, copy })),
);

function read(file: string): string {
  return readFileSync(join(REPOSITORY, file), "utf8");
}

function names(stage: Stage): string[] {
  return stage.instructions.map(({ name }) => name);
}

function last(name: string) {
  return inherited(stages, run, name).at(-1);
}

function sourcesOf(rest: string): string[] {
  return rest.split(/\s+/).slice(0, -1);
}

describe("the reader of Dockerfiles", () => {
  test("joins continued lines and drops comments between them", () => {
    const [stage] = parseDockerfile('FROM a:1 AS b\nLABEL x="1" \\\n# why\n  y="2"\n');
    expect(stage?.instructions).toEqual([{ name: "LABEL", flags: {}, rest: 'x="1" y="2"', exec: null }]);
  });

  test.each([
    ['CMD ["a", "--b=c", "d"]', ["a", "--b=c", "d"]],
    ["CMD a b", null],
    ["CMD ['a']", null],
    ['HEALTHCHECK --interval=1s CMD ["a"]', ["a"]],
    ["HEALTHCHECK CMD a", null],
  ])("tells the exec form of %s", (line, exec) => {
    expect(parseDockerfile(`FROM a:1\n${line}\n`)[0]?.instructions[0]?.exec).toEqual(exec);
  });
});

describe("the image", () => {
  test("has every base pinned to a whole version, or to an earlier stage", () => {
    const seen = new Set<string | null>();
    for (const { from, name } of stages) {
      const isPinned = /^[a-z./-]+:\d+\.\d+\.\d+-[a-z-]+$/.test(from);
      expect(isPinned || seen.has(from), from).toBe(true);
      seen.add(name);
    }
  });

  test("runs on a Node that the package supports", () => {
    const [, major, minor] = /^node:(\d+)\.(\d+)/.exec(stages[0]?.from ?? "") ?? [];
    const { engines } = JSON.parse(read("package.json")) as { engines: { node: string } };
    const [, leastMajor, leastMinor] = /^>=(\d+)\.(\d+)/.exec(engines.node) ?? [];
    expect(Number(major) * 1000 + Number(minor)).toBeGreaterThanOrEqual(Number(leastMajor) * 1000 + Number(leastMinor));
  });

  test("fetches nothing by address and runs no ADD", () => {
    expect(stages.flatMap(names)).not.toContain("ADD");
    expect(read("Dockerfile")).not.toMatch(/curl|wget|https?:\/\/(?!127\.0\.0\.1)/);
  });

  test("never becomes another user after USER, which is a number that is not root", () => {
    expect(last("USER")?.rest).toMatch(/^[1-9]\d{4,}:[1-9]\d{4,}$/);
    const afterUser = names(run).slice(names(run).indexOf("USER") + 1);
    expect(afterUser).not.toContain("USER");
    expect(afterUser).not.toContain("RUN");
    expect(afterUser).not.toContain("COPY");
  });

  test("is the user of the Deployment", () => {
    const deployment = read("manifests/base/deployment.yaml");
    const [user, group] = (last("USER")?.rest ?? "").split(":");
    expect(deployment).toContain(`runAsUser: ${user}\n`);
    expect(deployment).toContain(`runAsGroup: ${group}\n`);
  });

  test("starts without a shell", () => {
    expect(last("ENTRYPOINT")?.exec).toEqual(["node", "--no-memory-reducer", "dist/node/main.js"]);
    expect(last("CMD")?.exec).toEqual(["serve"]);
    expect(last("HEALTHCHECK")?.exec?.[0]).toBe("node");
    expect(stages.flatMap(names)).not.toContain("SHELL");
  });

  test("exposes the ports of the Deployment", () => {
    const ports = [...read("manifests/base/deployment.yaml").matchAll(/containerPort: (\d+)/g)].map(([, port]) => port);
    expect(last("EXPOSE")?.rest.split(/\s+/)).toEqual(ports);
  });

  test("carries the version of the package", () => {
    const { version } = JSON.parse(read("package.json")) as { version: string };
    expect(last("LABEL")?.rest).toContain(`org.opencontainers.image.version="${version}"`);
    expect(last("LABEL")?.rest).toContain(`org.opencontainers.image.base.name="docker.io/library/${stages[0]?.from}"`);
  });

  test("keeps no secret in an instruction", () => {
    expect(read("Dockerfile")).not.toMatch(/MASKWIRE_KEY=|TOKEN|PASSWORD|--build-arg/);
    expect(stages.flatMap(names)).not.toContain("ARG");
  });

  test("installs by the lock file only, without install scripts", () => {
    const installs = stages.flatMap(({ instructions }) => instructions.filter(({ rest }) => rest.startsWith("npm ")));
    expect(installs.map(({ rest }) => rest)).toEqual([
      expect.stringMatching(/^npm ci --omit=dev --omit=optional --ignore-scripts/),
      expect.stringMatching(/^npm ci --ignore-scripts/),
    ]);
  });

  test("takes into the run stage nothing but the build, its dependencies and package.json", () => {
    const taken = run.instructions
      .filter(({ name }) => name === "COPY")
      .map(({ rest, flags }) => [flags["from"], rest]);
    expect(taken).toEqual([
      [undefined, "package.json ./"],
      ["dependencies", "/app/node_modules ./node_modules"],
      ["build", "/app/dist ./dist"],
    ]);
  });
});

describe("what is copied", () => {
  const fromContext = copies.filter(({ copy }) => copy.flags["from"] === undefined);
  const ignored = read(".dockerignore").split("\n");

  test.each(fromContext.flatMap(({ copy }) => sourcesOf(copy.rest)))(
    "%s exists and is let through by .dockerignore",
    (source) => {
      expect(existsSync(join(REPOSITORY, source))).toBe(true);
      expect(ignored).toContain(`!${source}`);
    },
  );

  test("is let through by name: everything else is ignored, git and local files too", () => {
    expect(ignored.find((line) => line !== "" && !line.startsWith("#"))).toBe("*");
    const used = new Set(fromContext.flatMap(({ copy }) => sourcesOf(copy.rest)));
    expect(ignored.filter((line) => line.startsWith("!")).filter((line) => !used.has(line.slice(1)))).toEqual([]);
  });

  test("comes from stages that are already there", () => {
    for (const { stage, copy } of copies) {
      const from = copy.flags["from"];
      if (from === undefined) continue;
      const position = stages.findIndex(({ name }) => name === from);
      expect(position, from).toBeGreaterThanOrEqual(0);
      expect(position, from).toBeLessThan(stages.indexOf(stage));
    }
  });
});
