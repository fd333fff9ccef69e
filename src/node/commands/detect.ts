/** `maskwire detect`: where the findings are, for judges and other programs. */
import { findAll, type Policy } from "../../core/index.ts";
import { configOption, engineOption, policyOption, type Command } from "../command.ts";
import { readLines, requireInput } from "../input.ts";
import { tell } from "../io.ts";
import { createOutput } from "../output.ts";
import { openLocalPolicy } from "../policies.ts";

const LINE_LIMIT_BYTES = 67_108_864;

export const detect: Command = {
  notes: `
Reads   {"id":"a","text":"mail jane@example.com"}
Writes  {"id":"a","spans":[{"start":5,"end":21,"type":"EMAIL","score":0.75}]}
Offsets count UTF-16 units of the text, as JavaScript strings do. Line for line, in the order of the input.

Exit: 0 every line was read, 1 a line was not of this shape, 2 usage.`,
  define: (parser) =>
    parser
      .argument("[file]", "input; stdin when left out or -")
      .addOption(policyOption())
      .addOption(configOption())
      .addOption(engineOption()),
  run: async (args, io) => {
    const policy = await openLocalPolicy(args, io);
    if (policy === undefined) return 2;
    const input = await requireInput(args.file, io);
    if (input === undefined) return 2;
    const output = createOutput(io.stdout);
    let lineNumber = 0;
    try {
      for await (const line of readLines(input, LINE_LIMIT_BYTES)) {
        lineNumber += 1;
        const record = line === undefined ? undefined : readRecord(line);
        if (record === undefined) {
          tell(io, `line ${lineNumber} is not one JSON object {"id": …, "text": "…"}`);
          return 1;
        }
        if (record === "blank") continue;
        if (!(await output.write(`${JSON.stringify(detectIn(record, policy))}\n`))) return 0;
      }
    } catch {
      tell(io, `the input broke off after line ${lineNumber}`);
      return 1;
    }
    await output.finish();
    return 0;
  },
};

interface TextRecord {
  readonly id: string | number;
  readonly text: string;
}

function readRecord(line: Uint8Array): TextRecord | "blank" | undefined {
  const source = new TextDecoder().decode(line).trim();
  if (source === "") return "blank";
  try {
    const { id, text } = JSON.parse(source) as { id?: unknown; text?: unknown };
    const isRecord = (typeof id === "string" || typeof id === "number") && typeof text === "string";
    return isRecord ? { id, text } : undefined;
  } catch {
    return undefined;
  }
}

function detectIn({ id, text }: TextRecord, policy: Policy): object {
  const findings = findAll(policy, new TextEncoder().encode(text));
  const toUtf16 = createOffsetMap(text);
  const spans = findings.map(({ start, end, entity, score }) => ({
    start: toUtf16(start),
    end: toUtf16(end),
    type: entity,
    score,
  }));
  return { id, spans };
}

/** Byte offsets of UTF-8 to UTF-16 units; ask in rising order. A lone surrogate counts 3 bytes, as U+FFFD does. */
function createOffsetMap(text: string): (byteOffset: number) => number {
  let bytes = 0;
  let units = 0;
  return (byteOffset) => {
    while (bytes < byteOffset && units < text.length) {
      const point = text.codePointAt(units) ?? 0;
      bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      units += point < 0x10000 ? 1 : 2;
    }
    return units;
  };
}
