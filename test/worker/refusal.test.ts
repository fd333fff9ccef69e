import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { REPOSITORY } from "../support/repository.ts";
import { COMPATIBILITY, deployedModules, OBJECTS, startWorkerd } from "../support/workerd.ts";
import { errorCode, post, send } from "../contract/client.ts";

const OPEN = `"listeners":{"publish":{"unsafeNoAuthentication":true},"subscribe":{"unsafeNoAuthentication":true}}`;
const SECRET = "ann.lee@example.com";

interface Wrangler {
  readonly main: string;
  readonly rules: unknown;
  readonly compatibility_date: string;
  readonly compatibility_flags: readonly string[];
  readonly durable_objects: { readonly bindings: unknown };
  readonly migrations: readonly { readonly new_sqlite_classes: readonly string[] }[];
}

const REFUSED = [
  ["nothing, for it answers the whole Internet", {}, "BAD_CONFIG", "listeners.publish.unsafeNoAuthentication"],
  ["an unknown key", { MASKWIRE_CONFIG: `{${OPEN},"polices":{"a":"${SECRET}"}}` }, "BAD_CONFIG", "polices"],
  [
    "an unknown entity",
    { MASKWIRE_CONFIG: `{${OPEN},"policies":{"a":{"entities":["X"]}}}` },
    "BAD_CONFIG",
    "policies.a",
  ],
  [
    "an operator without the key that it needs",
    { MASKWIRE_CONFIG: `{${OPEN},"policies":{"a":{"operators":{"default":{"operator":"hash"}}}}}` },
    "KEY_MISSING",
    "policies.a.operators.default",
  ],
  ["a key that is too short", { MASKWIRE_CONFIG: `{${OPEN}}`, MASKWIRE_KEY: SECRET }, "BAD_CONFIG", "MASKWIRE_KEY"],
] as const;

describe("a worker with a configuration that cannot take effect", () => {
  for (const [name, variables, code, key] of REFUSED) {
    test(`answers every request with ${code} when it is given ${name}`, async () => {
      const worker = await startWorkerd({ entry: "worker/index.ts", objects: OBJECTS, variables });
      try {
        for (const path of ["/", "/readyz", "/v1/feeds/a/events"]) {
          const answer = await send(`${worker.origin}${path}`);
          expect([answer.status, errorCode(answer)]).toEqual([500, code]);
        }
        const masked = await post(`${worker.origin}/v1/mask`, "text/plain", SECRET);
        expect(masked.status).toBe(500);
        await worker.untilLogged(new RegExp(`"event":"config-refused","key":"(?:MASKWIRE_CONFIG\\.)?${key}"`));
        expect(masked.text + worker.log()).not.toContain(SECRET);
      } finally {
        await worker.stop();
      }
    });
  }

  test("says that it tells no findings, and masks for who would take a trailer", async () => {
    const worker = await startWorkerd({
      entry: "worker/index.ts",
      objects: OBJECTS,
      variables: { MASKWIRE_CONFIG: `{${OPEN}}` },
    });
    try {
      const headers = { "content-type": "application/x-ndjson", te: "trailers" };
      const ask = (query: string) =>
        send(`${worker.origin}/v1/mask${query}`, { method: "POST", headers, chunks: [`"${SECRET}"`] });
      expect(errorCode(await ask("?findings=inline"))).toBe("UNKNOWN_PARAMETER");
      expect(await ask("")).toMatchObject({ status: 200, text: '"[EMAIL]"', isWhole: true });
    } finally {
      await worker.stop();
    }
  });

  test("names a binding that is missing", async () => {
    const variables = { MASKWIRE_CONFIG: `{${OPEN},"relays":{"a":{"url":"https://a.example/"}}}` };
    for (const [objects, key] of [
      [{ RELAYS: "RelayObject" }, "FEEDS"],
      [{ FEEDS: "FeedObject" }, "RELAYS"],
    ] as const) {
      const worker = await startWorkerd({ entry: "worker/index.ts", objects, variables });
      try {
        const answer = await post(`${worker.origin}/v1/mask`, "text/plain", SECRET);
        expect([answer.status, errorCode(answer)]).toEqual([500, "BINDING_MISSING"]);
        await worker.untilLogged(`"event":"config-refused","key":"${key}","code":"BINDING_MISSING"`);
      } finally {
        await worker.stop();
      }
    }
  });

  test("the deployed flags, modules and objects are the tested ones", async () => {
    const text = await readFile(join(REPOSITORY, "worker/wrangler.jsonc"), "utf8");
    const wrangler = JSON.parse(text.replace(/^\s*\/\/.*$/gm, "").replace(/,(?=\s*[}\]])/g, "")) as Wrangler;
    expect(wrangler.compatibility_date).toBe(COMPATIBILITY.date);
    expect(wrangler.compatibility_flags).toEqual(COMPATIBILITY.flags);
    const [main, ...beside] = await deployedModules();
    expect(wrangler.main).toBe(`../dist/worker/${main}`);
    expect(wrangler.rules).toEqual([{ type: "ESModule", globs: beside }]);
    const bindings = Object.entries(OBJECTS).map(([name, type]) => ({ name, class_name: type }));
    expect(wrangler.durable_objects.bindings).toEqual(bindings);
    expect(wrangler.migrations.flatMap((one) => one.new_sqlite_classes)).toEqual(Object.values(OBJECTS));
  });
});
