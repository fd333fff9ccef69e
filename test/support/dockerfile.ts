/**
 * Reads a Dockerfile into stages and instructions.
 *
 * Owns the syntax that ours uses: comments, continued lines, stage names, exec and shell forms. Runs nothing.
 */
export interface Instruction {
  /** In capitals. */
  readonly name: string;
  /** `--flag=value` items before the arguments. */
  readonly flags: Readonly<Record<string, string>>;
  /** The rest of the line, continuation lines joined by one space. */
  readonly rest: string;
  /** The items of the exec form, or null for the shell form. */
  readonly exec: readonly string[] | null;
}

export interface Stage {
  /** Image or name of an earlier stage. */
  readonly from: string;
  readonly name: string | null;
  readonly instructions: readonly Instruction[];
}

/** Every stage in order; the last one is the image. Instructions before the first FROM are refused. */
export function parseDockerfile(text: string): Stage[] {
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const line of joinedLines(text)) {
    const instruction = parseInstruction(line);
    if (instruction.name === "FROM") {
      const [from = "", , name] = instruction.rest.split(/\s+/);
      stages.push({ from, name: name ?? null, instructions: [] });
    } else {
      const stage = stages.at(-1);
      if (stage === undefined) throw new Error(`${instruction.name} stands before the first FROM`);
      stage.instructions.push(instruction);
    }
  }
  return stages;
}

/** Instructions of one name that hold in a stage: those of the stages it is built from come first. */
export function inherited(stages: readonly Stage[], stage: Stage, name: string): Instruction[] {
  const parent = stages.find((candidate) => candidate.name === stage.from);
  const own = stage.instructions.filter((instruction) => instruction.name === name);
  return parent === undefined ? own : [...inherited(stages, parent, name), ...own];
}

function joinedLines(text: string): string[] {
  const lines = text.split("\n").filter((line) => !line.trimStart().startsWith("#"));
  const joined = lines.join("\n").replaceAll(/\\\n\s*/g, "");
  return joined.split("\n").filter((line) => line.trim() !== "");
}

function parseInstruction(line: string): Instruction {
  const [, name = "", tail = ""] = /^\s*(\w+)\s+(.*)$/.exec(line) ?? [];
  const flags: Record<string, string> = {};
  const rest = tail.replaceAll(/(?:^|\s)--([a-z-]+)=(\S+)(?=\s)/g, (whole, key: string, value: string, at: number) => {
    if (name !== "COPY" && name !== "ADD" && name !== "FROM" && name !== "HEALTHCHECK") return whole;
    if (name === "HEALTHCHECK" && at > tail.indexOf("CMD")) return whole;
    flags[key] = value;
    return "";
  });
  return { name: name.toUpperCase(), flags, rest: rest.trim(), exec: execForm(rest) };
}

function execForm(rest: string): string[] | null {
  const list = rest.slice(rest.indexOf("["));
  if (!/^(?:CMD\s*)?\[/.test(rest.trim())) return null;
  try {
    return JSON.parse(list) as string[];
  } catch {
    return null;
  }
}
