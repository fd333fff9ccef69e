/**
 * What an event stream means, read whole and one rule a line: slow, obvious, and the meaning of correct.
 */
export interface Read {
  readonly events: readonly (readonly string[])[];
  readonly lastId: string;
  readonly retryMs: number | undefined;
}

export function readPlainly(input: Uint8Array): Read {
  const lines = new TextDecoder()
    .decode(input)
    .split(/\r\n|\r|\n/)
    .slice(0, -1);
  const events: string[][] = [];
  let [data, type, id, lastId] = ["", "", "", ""];
  let retryMs: number | undefined;
  for (const line of lines) {
    if (line === "") {
      lastId = id;
      if (data !== "") events.push([type || "message", data.slice(0, -1), lastId]);
      [data, type] = ["", ""];
      continue;
    }
    const [, name = "", value = ""] = /^([^:]*)(?:: ?(.*))?$/su.exec(line) ?? [];
    if (name === "data") data += `${value}\n`;
    else if (name === "event") type = value;
    else if (name === "id" && !value.includes("\0")) id = value;
    else if (name === "retry" && /^[0-9]+$/.test(value)) retryMs = Number(value);
  }
  return { events, lastId, retryMs };
}

export function bytes(input: string | Uint8Array): Uint8Array {
  return typeof input === "string" ? new TextEncoder().encode(input) : input;
}

/** Whole, byte by byte, and every cut in two with an empty chunk in between. */
export function cutsOf(input: Uint8Array): Uint8Array[][] {
  const empty = new Uint8Array(0);
  const inTwo = Array.from(input, (_, at) => [input.slice(0, at), empty, input.slice(at)]);
  return [[input], Array.from(input, (byte) => Uint8Array.of(byte)), ...inTwo];
}
