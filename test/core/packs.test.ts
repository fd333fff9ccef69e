/** Country packs: their examples. What their check digits are worth is in test/validators. */
import { describe, expect, it, test } from "vitest";
import { withPacks } from "../../src/core/detectors/index.ts";
import { compilePolicy, findAll, maskWhole, PACK_NAMES } from "../../src/core/index.ts";
import { FIELD_NAMES } from "../../src/core/packs/field-names.ts";
import { packDetectors } from "../../src/core/packs/index.ts";
import { naiveFindings } from "../support/naive-matcher.ts";

describe.each(PACK_NAMES.map((name) => ({ name })))("pack $name", ({ name }) => {
  const policy = compilePolicy({ packs: [name] });
  const find = (text: string): readonly object[] =>
    findAll(policy, new TextEncoder().encode(text)).map(({ start, end, entity }) => ({ start, end, entity }));

  describe.each(packDetectors([name]).map((detector) => ({ entity: detector.entity, detector })))(
    "$entity",
    ({ entity, detector }) => {
      test.each(detector.hits)("finds the end of %j, and so does the definition", (text) => {
        const end = new TextEncoder().encode(text).length;
        expect(find(text)).toEqual([{ start: expect.any(Number) as number, end, entity }]);
        expect(naiveFindings(withPacks([name]), text)).toMatchObject([{ end: text.length, entity }]);
      });

      test.each(detector.misses)("leaves %j alone", (text) => {
        expect(naiveFindings([detector], text)).toEqual([]);
      });

      test("has hits and at least as many kinds of misses to prove it", () => {
        expect(detector.hits.length).toBeGreaterThan(2);
        expect(detector.misses.length).toBeGreaterThan(3);
      });
    },
  );
});

describe.each(Object.entries(FIELD_NAMES))("names of fields of pack %s", (pack, tables) => {
  const policy = compilePolicy({ packs: [pack as "de"] });
  const without = compilePolicy({});
  const mask = (one: typeof policy, format: "json" | "text", text: string): string =>
    new TextDecoder().decode(maskWhole(one, format, new TextEncoder().encode(text)));
  const rows = tables.flatMap(({ personal, secret }) => [
    ...personal.map((name) => ({ name, entity: "KEYED_PII" })),
    ...secret.map((name) => ({ name, entity: "PASSWORD_FIELD" })),
  ]);

  it.each(rows)("tell a value in JSON and in text: $name", ({ name, entity }) => {
    const written = [name.replaceAll(" ", "_"), name.replaceAll(/ (.)/gu, (_, letter: string) => letter.toUpperCase())];
    for (const one of [...written, `${written[0]}2`, `kunde.${written[0]}_2`]) {
      expect(mask(policy, "json", JSON.stringify({ [one]: "10115-Xaver" }))).toBe(
        JSON.stringify({ [one]: `[${entity}]` }),
      );
      expect(mask(policy, "text", `${one}: 10115-Xaver`)).toBe(`${one}: [${entity}]`);
    }
    const other = `${written[0]}_field: 10115-Xaver`;
    expect(mask(policy, "text", other)).toBe(other);
    // As `PGPASSWORD`.
    const isTold = name === "passwort";
    expect(mask(policy, "text", `q${written[0]}: 10115-Xaver`)).toContain(isTold ? `: [${entity}]` : ": 10115-Xaver");
    expect(mask(without, "json", JSON.stringify({ [written[0]]: "10115-Xaver" }))).toContain("10115-Xaver");
  });
});

it.each(["00000", "1011", "99999", "101150"])("leaves plz: %s alone, which is no postal code of Germany", (value) => {
  const find = (text: string): unknown[] => findAll(compilePolicy({ packs: ["de"] }), new TextEncoder().encode(text));
  expect(find(`plz: ${value}`)).toEqual([]);
  expect(find("plz: 10115")).toHaveLength(1);
});

describe("packs of a policy", () => {
  it("are refused by name where there are none", () => {
    expect(() => compilePolicy({ packs: ["xx" as "de"] })).toThrow(expect.objectContaining({ code: "BAD_CONFIG" }));
  });

  it("are looked for beside the entities that a policy names", () => {
    const policy = compilePolicy({ packs: ["de"], entities: ["EMAIL"] });
    const found = findAll(policy, new TextEncoder().encode("jane@acme.com, 15070649C103, 192.168.1.1"));
    expect(found.map(({ entity }) => entity)).toEqual(["EMAIL", "DE_SOCIAL_SECURITY"]);
  });

  it("are off unless named", () => {
    expect(findAll(compilePolicy({}), new TextEncoder().encode("15070649C103"))).toEqual([]);
  });
});
