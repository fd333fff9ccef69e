/** The library as a masker that a judge of evasions can run: chunks in, bytes out. */
import { compilePolicy, createMasker } from "../../dist/core/index.js";

export const name = "maskwire, library";

/** A case that is masked by option only names it: `decodeDepth=2`. */
const policies = new Map();

function policyOf(option) {
  if (!policies.has(option)) policies.set(option, compilePolicy(specOf(option)));
  return policies.get(option);
}

function specOf(option) {
  const [name, value] = (option ?? "").split("=");
  return OPTIONS[name]?.(value) ?? {};
}

/** What is on anyway has no option. */
const OPTIONS = {
  crossLine: () => ({ crossLine: true }),
  decodeEntities: () => ({ decodeEntities: true }),
  humanObfuscation: () => ({ decodeEntities: true }),
  decodeBase64: () => ({ decodeBase64: true }),
  decodeDepth: (depth) => ({ decodeDepth: Number(depth) }),
  joinField: (path) => ({ joinFields: [path] }),
  joinMessages: () => ({ joinMessages: true }),
};

const FORMATS = { json: "json", ndjson: "ndjson", sse: "sse", ws: "json", "ws-fragments": "json" };

/** Null: refused, as the server refuses binary messages. */
export function runCase({ transport, option }, chunks) {
  if (transport === "ws-binary") return null;
  // The library knows a stream of messages as one of events.
  if (option === "joinMessages") {
    const events = maskAll(
      policyOf(option),
      "sse",
      chunks.map((chunk) => Buffer.from(`data: ${chunk}\n\n`)),
    );
    return Buffer.from(
      Buffer.concat(events)
        .toString()
        .replaceAll(/^data: ?|\n\n/gm, ""),
    );
  }
  const messages = transport === "ws" ? chunks.map((chunk) => [chunk]) : [chunks];
  return Buffer.concat(messages.flatMap((pieces) => maskAll(policyOf(option), FORMATS[transport] ?? "text", pieces)));
}

function maskAll(policy, format, chunks) {
  const masker = createMasker(policy, format);
  return [...chunks.map((chunk) => masker.push(new Uint8Array(chunk))), masker.flush()];
}
