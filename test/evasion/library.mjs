/** The library as a masker that a judge of evasions can run: chunks in, bytes out. */
import { compilePolicy, createMasker } from "../../dist/core/index.js";

export const name = "maskwire, library";

const policy = compilePolicy({});
const FORMATS = { json: "json", ndjson: "ndjson", sse: "sse", ws: "json", "ws-fragments": "json" };

/** Null: refused, as the server refuses binary messages. */
export function runCase({ transport }, chunks) {
  if (transport === "ws-binary") return null;
  const messages = transport === "ws" ? chunks.map((chunk) => [chunk]) : [chunks];
  return Buffer.concat(messages.flatMap((pieces) => maskAll(FORMATS[transport] ?? "text", pieces)));
}

function maskAll(format, chunks) {
  const masker = createMasker(policy, format);
  return [...chunks.map((chunk) => masker.push(new Uint8Array(chunk))), masker.flush()];
}
