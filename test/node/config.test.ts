import { describe, expect, it } from "vitest";
import { z } from "zod";
import { PACK_NAMES, PHONES } from "../../src/core/index.ts";
import { explainIssue } from "../../src/node/config/explain.ts";
import { loadConfig } from "../../src/node/config/load.ts";
import { describeProblem } from "../../src/node/config/problem.ts";
import { readConfig } from "../../src/node/config/read.ts";
import { configSchema } from "../../src/node/config/schema.ts";
import { DEFAULT_CONFIG, DEFAULT_WARM_UP_MS } from "../../src/server/config/config.ts";

const SECRET = "Bearer hunter2-hunter2-hunter2";

const OPEN_BRACKET = "the indentation does not match the lines above, or a bracket there is not closed";
const REFUSED: readonly { mistake: string; yaml: string; says: string }[] = [
  { mistake: "an unknown key", yaml: "feed: {}", says: "f:1:1: feed: unknown key; did you mean `feeds`?" },
  { mistake: "a singular", yaml: "policy: {}", says: "f:1:1: policy: unknown key; did you mean `policies`?" },
  {
    mistake: "a key that is not there",
    yaml: "history: { broker: disk }",
    says: "f:1:10: history.dataDir: is missing; write a text (in quotes when it looks like a number)",
  },
  {
    mistake: "a key without a value",
    yaml: "history: { broker: disk, dataDir: }",
    says: "f:1:35: history.dataDir: write a text (in quotes when it looks like a number); nothing is converted",
  },
  {
    mistake: "a choice that is not made",
    yaml: "history: {}",
    says: "f:1:10: history.broker: write one of: memory, disk, nats",
  },
  {
    mistake: "a shortened key",
    yaml: "listeners:\n  admin:\n    port: 9000",
    says: "f:3:5: listeners.admin.port: unknown key; did you mean `listenPort`?",
  },
  {
    mistake: "the root key",
    yaml: "rootKey: 0123456789012345678901234567890123456789",
    says: "f:1:1: rootKey: the root key never stands in the configuration; set MASKWIRE_KEY_FILE (or MASKWIRE_KEY) and remove this line",
  },
  {
    mistake: "a number in quotes",
    yaml: 'limits:\n  heartbeatMs: "15000"',
    says: "f:2:16: limits.heartbeatMs: write a number; nothing is converted",
  },
  {
    mistake: "a number below its range",
    yaml: "limits: { heartbeatMs: 0 }",
    says: "f:1:24: limits.heartbeatMs: must be at least 100",
  },
  {
    mistake: "a number above its range",
    yaml: "listeners: { admin: { listenPort: 70000 } }",
    says: "f:1:35: listeners.admin.listenPort: must be at most 65535",
  },
  {
    mistake: "a fraction",
    yaml: "limits: { jsonDepthLimit: 1.5 }",
    says: "f:1:27: limits.jsonDepthLimit: write a whole number; nothing is converted",
  },
  {
    mistake: "a word for yes",
    yaml: "relays: { r: { url: 'https://a.example', always: yes } }",
    says: "f:1:50: relays.r.always: write true or false; nothing is converted",
  },
  {
    mistake: "the same key twice",
    yaml: "policies:\n  a: {}\n  a: {}",
    says: "f:3:3: this key stands twice; keep one",
  },
  {
    mistake: "a remote detector that does not exist",
    yaml: "remoteDetectors:\n  presidio: { url: 'https://a.example/analyze', entities: { PERSON: PERSON } }\npolicies:\n  a:\n    remoteDetectors: [presido]",
    says: "f:5:23: policies.a.remoteDetectors.0: no such remote detector; did you mean `presidio`?",
  },
  {
    mistake: "a remote detector where there is none",
    yaml: "policies:\n  a:\n    remoteDetectors: [presidio]",
    says: "f:3:23: policies.a.remoteDetectors.0: no such remote detector; name it under `remoteDetectors` at the top of the file",
  },
  {
    mistake: "a remote detector in clear",
    yaml: "remoteDetectors:\n  p: { url: 'http://a.example/analyze', entities: { PERSON: PERSON } }",
    says: "f:2:13: remoteDetectors.p.url: write https://, or add `unsafePlaintext: true` beside the url",
  },
  {
    mistake: "a remote detector that is none of the upstreams",
    yaml: "remoteDetectors:\n  p: { url: 'https://a.example/analyze', entities: { PERSON: PERSON } }\nupstreams: []",
    says: "f:2:13: remoteDetectors.p.url: is none of `upstreams`; add its host and port there",
  },
  {
    mistake: "a remote detector that is asked for nothing",
    yaml: "remoteDetectors:\n  p: { url: 'https://a.example/analyze', entities: {} }",
    says: "f:2:52: remoteDetectors.p.entities: name an entity, such as PERSON: PERSON",
  },
  {
    mistake: "an extends without a policy",
    yaml: "policies:\n  support: {}\n  partner:\n    extends: suport",
    says: "f:4:14: policies.partner.extends: no such policy; did you mean `support`?",
  },
  {
    mistake: "extends in a circle",
    yaml: "policies:\n  a: { extends: a }",
    says: "f:2:17: policies.a.extends: goes round in a circle; remove one of its `extends`",
  },
  {
    mistake: "a rule for what the extended policy leaves out",
    yaml: "policies:\n  a: { entities: [IBAN] }\n  b: { extends: a, operators: { EMAIL: { operator: mask } } }",
    says: "f:3:33: policies.b.operators.EMAIL: never takes effect: `entities` leaves it out",
  },
  {
    mistake: "an operator without its mapping",
    yaml: "policies: { default: { operators: { EMAIL: hash } } }",
    says: "f:1:44: policies.default.operators.EMAIL: write a mapping such as { operator: redact }; nothing is converted",
  },
  {
    mistake: "an operator of a field without its mapping",
    yaml: 'policies: { default: { fields: { "**.name": redact } } }',
    says: "f:1:45: policies.default.fields.**.name: write a mapping such as { operator: redact }; nothing is converted",
  },
  {
    mistake: "an entity in small letters",
    yaml: 'policies: { a: { detectors: [{ entity: order, pattern: "O-[0-9]{6}", hits: [O-123456], misses: [O-1] }] } }',
    says: "f:1:40: policies.a.detectors.0.entity: write a name in capitals, such as ORDER_ID",
  },
  {
    mistake: "an entity that is called as an option",
    yaml: "policies: { a: { operators: { label: { operator: redact } } } }",
    says: "f:1:31: policies.a.operators.label: write an entity in capitals, such as EMAIL, or `default`",
  },
  {
    mistake: "a subject that is none",
    yaml: 'feeds: { a: {} }\ningest: { s: { feed: a, servers: ["tls://n"], subject: "a b" } }',
    says: "f:2:56: ingest.s.subject: write a subject of NATS, such as shop.orders.>",
  },
  { mistake: "a tab", yaml: "relays:\n\tr: {}", says: "f:2:1: indent with spaces, not with a tab" },
  { mistake: "an open bracket", yaml: "relays: [\n", says: `f:2:1: ${OPEN_BRACKET}` },
  { mistake: "two documents", yaml: "{}\n---\n{}", says: "f:2:1: write one document; remove `---` and what follows" },
  { mistake: "a tag", yaml: "feeds: !!js/function 'x'", says: "f:1:8: tags (`!…`) are not allowed" },
  {
    mistake: "a list for a mapping",
    yaml: "feeds: []",
    says: "f:1:8: feeds: write a mapping of names to values; nothing is converted",
  },
  {
    mistake: "a text for the file",
    yaml: "hello",
    says: "f:1:1: write a mapping of keys to values; nothing is converted",
  },
  {
    mistake: "an unknown operator",
    yaml: "policies: { a: { operators: { EMAIL: { operator: redakt } } } }",
    says: "f:1:50: policies.a.operators.EMAIL.operator: write one of: redact, mask, hash, encrypt, pseudonym, fpe, generalize, date-shift, drop-field, drop-event, keep",
  },
  {
    mistake: "an option of another operator",
    yaml: "policies: { a: { operators: { EMAIL: { operator: mask, keeplast: 4 } } } }",
    says: "f:1:56: policies.a.operators.EMAIL.keeplast: unknown key; did you mean `keepLast`?",
  },
  {
    mistake: "an entity in small letters",
    yaml: "policies: { a: { entities: [email] } }",
    says: "f:1:29: policies.a.entities.0: write entity names in capitals, such as EMAIL",
  },
  {
    mistake: "a word that is asked for anyway",
    yaml: "policies: { a: { requireContext: { CA_SIN: true } } }",
    says: "f:1:44: policies.a.requireContext.CA_SIN: write one of: false",
  },
  {
    mistake: "a word for an entity that there is not",
    yaml: "policies: { a: { requireContext: { CA_SINS: false } } }",
    says: "f:1:36: policies.a.requireContext.CA_SINS: no such entity; did you mean `CA_SIN`?",
  },
  {
    mistake: "an empty value to deny",
    yaml: 'policies: { a: { deny: { values: [""] } } }',
    says: "f:1:35: policies.a.deny.values.0: must not be empty",
  },
  {
    mistake: "an unknown pack",
    yaml: "policies: { a: { packs: [de, xx] } }",
    says: `f:1:30: policies.a.packs.1: write one of: ${[...PACK_NAMES, PHONES].join(", ")}`,
  },
  {
    mistake: "an entity of a pack that the policy does not name",
    yaml: "policies: { a: { entities: [DE_VAT_ID] } }",
    says: "f:1:29: policies.a.entities.0: no such entity; write `packs: [de]` to look for it",
  },
  {
    mistake: "an unknown entity",
    yaml: "policies: { a: { entities: [EMIAL] } }",
    says: "f:1:29: policies.a.entities.0: no such entity; did you mean `EMAIL`?",
  },
  {
    mistake: "an unknown entity as a key",
    yaml: "policies: { a: { operators: { IBNA: { operator: redact } } } }",
    says: "f:1:31: policies.a.operators.IBNA: no such entity; did you mean `IBAN`?",
  },
  {
    mistake: "an operator for an entity that nobody looks for",
    yaml: "policies: { a: { entities: [EMAIL], operators: { IBAN: { operator: redact } } } }",
    says: "f:1:50: policies.a.operators.IBAN: never takes effect: `entities` leaves it out",
  },
  {
    mistake: "a feed with an unknown policy",
    yaml: "policies: { support: {} }\nfeeds: { a: { policy: suport } }",
    says: "f:2:23: feeds.a.policy: no such policy; did you mean `support`?",
  },
  {
    mistake: "a feed name with a slash",
    yaml: "feeds: { a/b: {} }",
    says: "f:1:10: feeds.a/b: a feed name is 1 to 64 of the characters a-z A-Z 0-9 . _ -, or *",
  },
  {
    mistake: "a relay over http",
    yaml: "relays: { r: { url: 'http://a.example/' } }",
    says: "f:1:21: relays.r.url: write https://, or add `unsafePlaintext: true` beside the url",
  },
  {
    mistake: "a relay with a password in its URL",
    yaml: `relays: { r: { url: 'https://u:hunter2@a.example/' } }`,
    says: "f:1:21: relays.r.url: no user name or password here; use `headers`",
  },
  {
    mistake: "a relay to a file",
    yaml: "relays: { r: { url: 'file:///etc/passwd' } }",
    says: "f:1:21: relays.r.url: write a URL that starts with https://",
  },
  {
    mistake: "half a URL",
    yaml: "relays: { r: { url: a.example/events } }",
    says: "f:1:21: relays.r.url: write a whole URL, such as https://example.com/events",
  },
  {
    mistake: "a header that starts another one",
    yaml: `relays: { r: { url: 'https://a.example/', headers: { authorization: "${SECRET}\\r\\nx: y" } } }`,
    says: "f:1:69: relays.r.headers.authorization: header names are tokens and values printable ASCII",
  },
  {
    mistake: "an origin with a path",
    yaml: "allowedOrigins: [https://a.example/app]",
    says: "f:1:18: allowedOrigins.0: write an origin such as https://app.example.com, without a path, or *",
  },
  {
    mistake: "an alias bomb",
    yaml: `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c]`,
    says: "f:1:1: too many aliases (`*name`)",
  },
  {
    mistake: "a view of a policy that does not exist",
    yaml: "policies: { support: {} }\nfeeds:\n  a: { views: { desk: suport } }",
    says: "f:3:23: feeds.a.views.desk: no such policy; did you mean `support`?",
  },
  {
    mistake: "a path that leads nowhere",
    yaml: 'policies:\n  p:\n    fields:\n      "a..b": { operator: keep }\n',
    says: 'f:4:7: policies.p.fields.a..b: write steps as a name, *, **, [*], [0] or ["any name"], joined by dots',
  },
  {
    mistake: "an operator that fields do not have",
    yaml: "policies: { p: { fields: { a: { operator: keeep } } } }",
    says: "f:1:43: policies.p.fields.a.operator: write one of: redact, mask, hash, encrypt, pseudonym, fpe, generalize, date-shift, drop-field, drop-event, keep",
  },
  {
    mistake: "a door that lets nobody in",
    yaml: "auth: {}",
    says: "f:1:1: auth: lets nobody in; name issuers or apiKeys",
  },
  {
    mistake: "an algorithm that is none",
    yaml: "auth: { issuers: [{ issuer: a, audience: b, algorithms: [none] }] }",
    says: "f:1:58: auth.issuers.0.algorithms.0: write one of: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, HS256, HS384, HS512",
  },
  {
    mistake: "a choice between a secret and public keys",
    yaml: "auth: { issuers: [{ issuer: a, audience: b, algorithms: [HS256, RS256], jwksFile: k }] }",
    says: "f:1:57: auth.issuers.0.algorithms: HS ones go with a secret and others with public keys; make two issuers of it",
  },
  {
    mistake: "public keys for a secret",
    yaml: "auth: { issuers: [{ issuer: a, audience: b, algorithms: [HS256], jwksFile: k }] }",
    says: "f:1:57: auth.issuers.0.algorithms: HS ones go with a secret, in secretFile or MASKWIRE_JWT_SECRET_FILE; remove the public keys",
  },
  {
    mistake: "no public keys",
    yaml: "auth: { issuers: [{ issuer: a, audience: b, algorithms: [ES256] }] }",
    says: "f:1:57: auth.issuers.0.algorithms: need public keys: write one of jwksUrl and jwksFile",
  },
  {
    mistake: "public keys in clear",
    yaml: "auth: { issuers: [{ issuer: a, audience: b, algorithms: [ES256], jwksUrl: 'http://k.example/' }] }",
    says: "f:1:75: auth.issuers.0.jwksUrl: write a URL that starts with https://, without user name and password",
  },
  {
    mistake: "an API key in the place of its hash",
    yaml: "auth: { apiKeys: [{ name: a, sha256: mwk_x, grants: [{ actions: [publish], feeds: [a] }] }] }",
    says: "f:1:38: auth.apiKeys.0.sha256: write the 64 hex digits that `maskwire token key` prints",
  },
  {
    mistake: "a door that says it is open",
    yaml: "auth: { issuers: [{ issuer: a, audience: b, algorithms: [HS256] }] }\nlisteners: { publish: { unsafeNoAuthentication: true } }",
    says: "f:2:49: listeners.publish.unsafeNoAuthentication: `auth` asks for tokens here; remove this line",
  },
  {
    mistake: "a view that is the default one already",
    yaml: "relays:\n  a: { url: 'https://x.example/', views: { default: default } }",
    says: "f:2:44: relays.a.views.default: is the view of `policy`; change that, or choose another name",
  },
];

type Node = z.core.JSONSchema.BaseSchema;
const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value);

/** The path of each text of the schema that has to have a form; `*` for a name of the file's. */
function pathsOfForms(node: Node, path: readonly string[] = []): (readonly string[])[] {
  const below = [
    ...Object.entries(node.properties ?? {}).flatMap(([key, one]) =>
      isNode(one) ? pathsOfForms(one, [...path, key]) : [],
    ),
    ...(isNode(node.additionalProperties) ? pathsOfForms(node.additionalProperties, [...path, "*"]) : []),
    ...(isNode(node.items) ? pathsOfForms(node.items, [...path, "0"]) : []),
    ...[...(node.oneOf ?? []), ...(node.anyOf ?? []), ...(node.allOf ?? [])].flatMap((one) =>
      isNode(one) ? pathsOfForms(one, path) : [],
    ),
  ];
  return node.pattern === undefined ? below : [path, ...below];
}

function problemsIn(yaml: string): string[] {
  const read = readConfig(yaml, "f");
  return read.ok ? [] : read.problems.map(describeProblem);
}

describe("maskwire.yaml", () => {
  it.each(REFUSED)("refuses $mistake, says where, and what to write", ({ yaml, says }) => {
    expect(problemsIn(yaml)).toEqual([says]);
  });

  it("says of each text that has to have a form what is the form of that one, and not of what it is in", () => {
    const paths = pathsOfForms(z.toJSONSchema(configSchema, { io: "input" }));
    expect(paths.length).toBeGreaterThan(40);
    const textOf = (path: readonly string[]): string | undefined =>
      explainIssue({ code: "invalid_format", format: "regex", path: [...path], message: "" })[0]?.text;
    const noWords = textOf([]);
    for (const path of paths) {
      const fixed = path.filter((key) => key !== "*" && key !== "0");
      // A `name` has the form of what it names.
      const own = fixed.at(-1) === "name" ? fixed.at(-2) : fixed.at(-1);
      expect([path, textOf(["", own ?? ""])]).not.toEqual([path, noWords]);
      expect([path, textOf(path)]).toEqual([path, textOf([fixed[0], own ?? ""])]);
    }
  });

  it("never repeats a value, which may be a secret", () => {
    const yaml = `relays: { r: { url: '${SECRET}', headers: { authorization: ["${SECRET}"] }, policy: "${SECRET}", always: "${SECRET}" } }`;
    expect(problemsIn(yaml)).toHaveLength(3);
    expect(problemsIn(yaml).join()).not.toContain("hunter2");
  });

  it("names every mistake at once", () => {
    expect(problemsIn("limits: { heartbeatMs: 1, jsonDepthLimit: 0 }\nfeds: {}")).toHaveLength(3);
  });

  it("is the documented default when it is empty", async () => {
    const loaded = await loadConfig({ environment: {}, missingKey: "none" });
    // Without a file nothing is read; an empty one says the same.
    const value = { ...DEFAULT_CONFIG, warmUpMs: DEFAULT_WARM_UP_MS };
    expect(loaded.ok && loaded.value.config).toEqual(value);
    for (const y of ["", "#\n"]) expect(readConfig(y, "f")).toEqual({ ok: true, value: { ...value, policies: {} } });
  });

  it("opens only the feeds that it names, once it names any", () => {
    const read = readConfig("feeds: { orders: {} }", "f");
    expect(read.ok && read.value.feeds).toEqual({ orders: { policy: "default", views: {}, eventTypes: [] } });
  });
});
