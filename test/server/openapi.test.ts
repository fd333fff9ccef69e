/** The OpenAPI document against the table of routes, and every answer of the server against the document. */
import { describe, expect, test } from "vitest";
import { ERRORS, type ErrorCode } from "../../src/core/index.ts";
import { errorsOf } from "../../src/server/routes/openapi.ts";
import { ROUTES } from "../../src/server/routes/index.ts";
import { API_KEY, AUTH, VIEWS } from "../support/auth-server.ts";
import { createTestPorts, turn } from "../support/ports.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { SECRET_BYTES } from "../support/tokens.ts";

interface Reply {
  readonly description: string;
  readonly content?: Readonly<Record<string, unknown>>;
}

interface Operation {
  readonly summary: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly responses: Readonly<Record<string, Reply>>;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

async function load(): Promise<Document> {
  const response = await startTestServer().app.request("/openapi.json");
  expect(response.headers.get("content-type")).toContain("application/json");
  return (await response.json()) as Document;
}

const templateOf = (path: string): string => path.replace(/:(\w+)/g, "{$1}");

describe("the OpenAPI document", () => {
  test("has every route with its method, and no other", async () => {
    const { openapi, paths } = await load();
    const written = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const routed = ROUTES.map(({ method, path }) => `${method} ${templateOf(path)}`);
    expect(written.toSorted()).toEqual(routed.toSorted());
    expect(openapi).toMatch(/^3\.1\.\d+$/);
  });

  test("says of every operation what it takes, what it answers and what it refuses", async () => {
    const { paths } = await load();
    for (const [path, methods] of Object.entries(paths)) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const [method, { summary, parameters, responses, requestBody }] of Object.entries(methods)) {
        const at = `${method} ${path}`;
        expect([at, summary.length > 0]).toEqual([at, true]);
        const required = parameters.filter((one) => one.in === "path" && one.required).map(({ name }) => name);
        expect([at, required]).toEqual([at, names]);
        const isTaking = method !== "get" && !path.endsWith("/grant");
        expect([at, requestBody !== undefined]).toEqual([at, isTaking]);
        for (const [status, { description }] of Object.entries(responses))
          expect([at, /^[1-5]\d\d$/.test(status) && description.length > 0]).toEqual([at, true]);
        expect([at, Object.keys(responses).some((status) => Number(status) < 300)]).toEqual([at, true]);
      }
    }
  });

  test("refers to nothing that it does not hold", async () => {
    const document = await load();
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = ""]) => path);
    expect(references.length).toBeGreaterThan(0);
    for (const reference of references) {
      let at: unknown = document;
      for (const key of reference.split("/")) at = (at as Record<string, unknown>)[key];
      expect([reference, typeof at]).toEqual([reference, "object"]);
    }
  });

  test("has every error that leaves over HTTP with some route", () => {
    const known = new Set(ROUTES.flatMap((route) => errorsOf(route)));
    const elsewhere = Object.keys(ERRORS).filter((code) => !known.has(code as ErrorCode));
    // Over WebSocket, in a stream that is open already, at the start, at the edge, and for paths and methods that are no route's.
    expect(elsewhere.toSorted()).toEqual(ELSEWHERE.toSorted());
  });
});

const ELSEWHERE: readonly string[] = [
  "AGE_LIMIT",
  "BAD_CHUNK",
  "BAD_CONFIG",
  "BAD_MESSAGE",
  "BAD_PATTERN",
  "BINARY_REFUSED",
  "BINDING_MISSING",
  "DATA_DIR_UNUSABLE",
  "EGRESS_REFUSED",
  "EVENT_DROPPED",
  "KEY_MISSING",
  "LISTEN_FAILED",
  "MESSAGE_TOO_LARGE",
  "METHOD_UNKNOWN",
  "NATS_UNUSABLE",
  "NO_PONG",
  "ORIGIN_UNREADABLE",
  "OVERLOADED",
  "TOO_SLOW",
  "UPSTREAM_LOST",
  "UPSTREAM_UNTRUSTED",
];

const PATHS: Readonly<Record<string, readonly string[]>> = {
  "/v1/feeds/:feed/events": ["orders", "orders,tickets", "a,b,c,d,e,f,g", "orders,orders", "b%20d", "x".repeat(65)],
  "/v1/feeds/:feed/socket": ["orders", "orders,orders", "b%20d"],
  "/v1/relays/:relay": ["none"],
};
const QUERIES = [
  "",
  "?access_token=eyJhbGciOiJub25lIn0.e30.",
  "?view=none",
  "?from=never",
  "?lastEventId=x",
  "?policy=none",
  "?who=ann.lee",
];
const HEADERS: readonly Readonly<Record<string, string>>[] = [
  {},
  { accept: "image/png" },
  { origin: "https://evil.example" },
  { host: "evil.example" },
  { authorization: "Bearer forged" },
  { authorization: `Bearer ${API_KEY}` },
  { upgrade: "websocket", "sec-websocket-protocol": "other" },
  { "content-type": "application/json", "idempotency-key": "a b" },
  { "content-type": "image/png" },
  { "content-type": "application/json; charset=utf-16" },
  { "content-type": "multipart/form-data" },
  { "content-type": "multipart/form-data; boundary=x" },
  { "content-type": "application/json", "content-encoding": "zstd" },
  { "content-type": "application/json", "content-encoding": "gzip" },
];
const LIMITS = { connectionsLimit: 100_000, connectsPerSubjectPerSecond: 1_000_000 };
const BODIES = ["", "{}", "{", `"${"x".repeat(70_000)}"`];

function pathsOf(route: string): readonly string[] {
  const names = PATHS[route];
  return names === undefined ? [route] : names.map((name) => route.replace(/:\w+/, name));
}

async function knock(server: TestServer, url: string, init: RequestInit): Promise<{ status: number; code: string }> {
  const response = await server.app.request(url, init);
  await turn();
  const isError = response.status >= 400 && response.headers.get("content-type")?.startsWith("application/json");
  const body = isError ? ((await response.json()) as { error?: { code: string } }) : {};
  return { status: response.status, code: body.error?.code ?? "" };
}

describe.each([
  ["asks nobody", {}],
  ["asks for tokens", { ...VIEWS, auth: AUTH }],
])("a server that %s", (_name, config) => {
  test.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
    "answers %s only as the document says, whatever comes",
    async (_route, route) => {
      const jwtSecret = SECRET_BYTES;
      const server = startTestServer({ ...config, limits: LIMITS }, createTestPorts(), { jwtSecret });
      const { paths } = await load();
      const operation = paths[templateOf(route.path)]?.[route.method.toLowerCase()];
      const errors = errorsOf(route);
      const seen = new Set<string>();
      for (const path of pathsOf(route.path))
        for (const query of QUERIES)
          for (const headers of HEADERS)
            for (const body of route.method === "GET" ? [undefined] : BODIES) {
              const init = { method: route.method, headers, ...(body === undefined ? {} : { body }) };
              const { status, code } = await knock(server, `${path}${query}`, init);
              seen.add(`${status} ${code}`);
              const at = `${path.slice(0, 80)}${query} ${JSON.stringify(headers)}: ${status} ${code}`;
              expect([at, Object.hasOwn(operation?.responses ?? {}, String(status))]).toEqual([at, true]);
              expect([at, code === "" || errors.includes(code as ErrorCode)]).toEqual([at, true]);
            }
      // Else nothing was tried.
      expect(seen.size).toBeGreaterThan(1);
    },
  );
});
