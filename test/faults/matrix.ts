/** Every fault at every exit: nothing raw leaves, the harmless events do, and whoever has to know is told. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EXITS, faultConfig, startFaultUpstream, type FaultyHost, type FaultUpstream, type Seen } from "./exits.ts";
import { type Fault, RAW } from "./faults.ts";

export interface RunningFaultyHost extends FaultyHost {
  /** Log and metrics so far. */
  told(): Promise<string>;
  stop(): Promise<void>;
}

export type StartFaultyHost = (config: ReturnType<typeof faultConfig>) => Promise<RunningFaultyHost>;

/** What is to be seen of a feed: the numbers of the events, whether there is a gap, whether the reader was cut off. */
const FEEDS: Readonly<Record<Fault["feed"], Omit<Seen, "text">>> = {
  masked: { shown: [1, 2, 3], hasGap: false, wasCut: false },
  refused: { shown: [1, 3], hasGap: false, wasCut: false },
  gap: { shown: [1, 3], hasGap: true, wasCut: false },
  cut: { shown: [1, 2, 3], hasGap: false, wasCut: true },
};

const STREAMS: Readonly<Record<Fault["stream"], Omit<Seen, "text">>> = {
  masked: { shown: [1, 2, 3], hasGap: false, wasCut: false },
  broken: { shown: [1], hasGap: false, wasCut: true },
};

/** Of the three events, which every policy whose stream is masked redacts. */
const FINDINGS = { EMAIL: { redact: 3 }, CREDIT_CARD: { redact: 3 } };

export function expectNothingOf(raw: readonly string[], text: string): void {
  expect(raw.filter((piece) => text.includes(piece))).toEqual([]);
}

export interface Matrix {
  readonly start: StartFaultyHost;
  readonly faults: readonly Fault[];
  /** True where a mask stream that went well ends in a trailer for whoever takes one. */
  readonly hasTrailers: boolean;
}

export function describeFaults(name: string, { start, faults, hasTrailers }: Matrix): void {
  describe(`a fault at an exit of ${name}`, () => {
    let host: RunningFaultyHost;
    let upstream: FaultUpstream;
    beforeAll(async () => {
      upstream = await startFaultUpstream();
      host = await start(faultConfig(upstream.origin));
    });
    afterAll(async () => {
      await host?.stop();
      await upstream?.stop();
    });

    const rows = faults.flatMap((fault) =>
      EXITS.filter((exit) => !fault.spares?.includes(exit.name)).map((exit) => [
        fault.name,
        exit.name,
        { fault, exit },
      ]),
    ) as readonly (readonly [string, string, { fault: Fault; exit: (typeof EXITS)[number] }])[];

    test.each(rows)("%s, and nothing raw leaves: %s", async (_fault, _exit, { fault, exit }) => {
      const { text, ...seen } = await exit.run({ host, upstream }, fault);
      expectNothingOf(RAW, text);
      expectNothingOf(RAW, await host.told());
      const isTold = hasTrailers && exit.takesTrailers === true && fault.stream === "masked";
      const expected = exit.kind === "feed" ? FEEDS[fault.feed] : STREAMS[fault.stream];
      expect(seen).toEqual({ ...expected, findings: isTold ? FINDINGS : undefined });
    });
  });
}
