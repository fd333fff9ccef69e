/** What is counted of a remote detector, and the formats that none is asked about. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { createFetch } from "../../src/node/fetch.ts";
import { Egress } from "../../src/server/network/egress.ts";
import { openRemoteDetectors } from "../../src/server/remote/index.ts";
import { startAnalyzer, type Analyzer, PRESIDIO } from "../support/analyzer.ts";
import { createTestPorts } from "../support/ports.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const REMOTE = { ...PRESIDIO, unsafePlaintext: true, entities: { PERSON: "PERSON" } } as const;

let analyzer: Analyzer;
let host: TestServer;

beforeEach(async () => {
  analyzer = await startAnalyzer();
  host = startTestServer(
    {
      policies: { default: { remoteDetectors: ["presidio"] } },
      remoteDetectors: { presidio: { ...REMOTE, url: analyzer.url } },
    },
    createTestPorts(createFetch(new Egress(undefined))),
    { openRemote: openRemoteDetectors },
  );
});

afterEach(() => analyzer.close());

it("a record is counted where a remote detector was asked, and so is how long that took", async () => {
  const series = (name: string): Promise<number> => host.metric(`${name}{detector="presidio"}`);
  expect([await series("remote_requests_total"), await series("remote_seconds_count")]).toEqual([0, 0]);
  await host.post("/v1/feeds/a/events", "application/x-ndjson", '{"n":"Ada Lovelace"}\n{"n":"Grace Hopper"}\n');
  expect(analyzer.asked).toHaveLength(2);
  expect([await series("remote_requests_total"), await series("remote_seconds_count")]).toEqual([2, 2]);
});

it.each([
  ["text/csv", "name\nAda Lovelace\n"],
  ["application/x-www-form-urlencoded", "n=Ada+Lovelace"],
])("%s is refused before anything of it is asked about", async (type, body) => {
  const response = await host.post("/v1/mask", type, body);
  expect([response.status, await response.json()]).toMatchObject([415, { error: { code: "REMOTE_FORMAT" } }]);
  expect(analyzer.asked).toEqual([]);
  expect(await host.metric('errors_total{code="REMOTE_FORMAT"}')).toBe(1);
});
