/** docs/fanout.md from the results that were kept. Owns the page; a bar that is not met is printed as such. */
import { renderComparison, type Comparison } from "../../bench/fanout/table.ts";
import type { FanoutResults, Phase } from "./main.ts";

const NAMES = { sse: "SSE", websocket: "WebSocket" } as const;

export function renderFanout({ machine, options, reports }: FanoutResults, comparison: Comparison): string {
  const { subscribers, stalled, seconds, perSecond } = options;
  const row = (name: string, of: (report: FanoutResults["reports"][number]) => string | number): string =>
    `| ${[name, ...reports.map(of)].join(" | ")} |`;
  const both = (of: (phase: Phase) => string | number): ((report: FanoutResults["reports"][number]) => string) => {
    return ({ before, during }) => `${of(before)}; ${of(during)}`;
  };
  return [
    "# Fan-out",
    "",
    "Generated from `test/fanout/results.json` by `test/node/docs.test.ts`; `npm run stress:fanout -- --keep` measures anew.",
    `Measured on ${machine.date} at commit ${machine.commit}: ${machine.cpu}, Node ${machine.node}, publisher and subscribers on the same`,
    "machine, which others used as well.",
    "",
    `${count(subscribers)} subscribers of one process, the default policy, ${perSecond} event a second for ${seconds} seconds. Then ${stalled} of the`,
    "subscribers stop reading: what the system keeps for each is filled with 12 MB, and the same goes on for as long. They are ended as",
    "`TOO_SLOW`; the figures are those of all others. Where there are two, the first is before the stall and the second during it.",
    "",
    row("", ({ wire }) => NAMES[wire]),
    `|---|${"---|".repeat(reports.length)}`,
    row("memory of the server for each subscriber, KiB", ({ kibPerSubscriber }) => kibPerSubscriber),
    row(
      "resident memory at the start of a phase, MiB",
      both(({ memoryMib }) => memoryMib[0] ?? ""),
    ),
    row(
      "resident memory at its end, MiB",
      both(({ memoryMib }) => memoryMib.at(-1) ?? ""),
    ),
    row("events delivered", ({ delivered }) => count(delivered)),
    row("lost, repeated", ({ lost, duplicates }) => `${lost}, ${duplicates}`),
    row("subscribers ended as too slow", ({ tooSlow }) => tooSlow),
    row(
      "longest answer to a producer, ms",
      both(({ publishMs }) => publishMs),
    ),
    row(
      "from publishing to reading, median, ms",
      both(({ p50Ms }) => p50Ms),
    ),
    row(
      "from publishing to reading, p99, ms",
      both(({ p99Ms }) => p99Ms),
    ),
    row("bars that are not met", ({ faults }) => faults.join("; ") || "none"),
    "",
    "Bars: at most 50 KiB for each subscriber; nobody who reads is ended, loses or repeats anything; memory during the stall grows by less",
    "than 15 %; p99 at most doubles (and 250 ms more, for the machine is shared). The memory that the stall takes at once is the history of the",
    "12 MB, and what each stalled subscriber may have unsent (`subscriberQueueBytes`).",
    "",
    "## Against nchan",
    "",
    "`npm run bench:fanout` measures anew, and `-- --keep` keeps it in `bench/results/fanout.json`; it needs nginx and its module nchan.",
    renderComparison(comparison),
  ].join("\n");
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
