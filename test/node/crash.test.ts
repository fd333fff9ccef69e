/** A bounded run of `npm run crash`: kill -9 in the middle of publishing. */
import { describe, expect, test } from "vitest";
import { crashDisk, crashNats, crashNatsCluster } from "../crash/crash.ts";
import { ensureCommand } from "../support/debian.ts";
import { PROGRAM, requireProgram } from "../support/run-server.ts";

const nats = ensureCommand("nats-server", "nats-server");

describe("kill -9 in the middle of publishing", () => {
  test("of the server with its history on disk loses and repeats nothing for any subscriber", async () => {
    requireProgram();
    const size = { program: PROGRAM, events: 2_000, subscribers: 10, kills: 2 };
    const report = await crashDisk(size);
    expect(report.faults).toEqual([]);
    expect(report).toMatchObject({ acknowledged: 2_000, kills: 2, delivered: 20_000 });
    // Else nobody was in the middle of anything.
    expect(report.failedAttempts).toBeGreaterThan(0);
    expect(report.connections).toBeGreaterThan(10);
    expect(report.pages).toBeGreaterThan(0);
  });

  test.skipIf(nats.path === null)(
    "of the NATS server of two nodes loses and repeats nothing for subscribers that move between them",
    async () => {
      requireProgram();
      const report = await crashNats({ program: PROGRAM, events: 2_000, subscribers: 10, kills: 2 });
      expect(report.faults).toEqual([]);
      expect(report).toMatchObject({ acknowledged: 2_000, kills: 2, delivered: 20_000 });
      expect(report.failedAttempts).toBeGreaterThan(0);
      expect(report.pages).toBeGreaterThan(0);
      // Each but the last one moved several times.
      expect(report.connections).toBeGreaterThan(50);
    },
  );

  test.skipIf(nats.path === null)(
    "of the NATS server that leads a cluster of three loses and repeats nothing either",
    { timeout: 600_000 },
    async () => {
      requireProgram();
      const report = await crashNatsCluster({ program: PROGRAM, events: 2_000, subscribers: 10, kills: 2 });
      expect(report.faults).toEqual([]);
      expect(report).toMatchObject({ acknowledged: 2_000, kills: 2, delivered: 20_000 });
      expect(report.failedAttempts).toBeGreaterThan(0);
    },
  );
});
