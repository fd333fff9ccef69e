/** Our reading, writing and masking of event streams in the shape that a judge of such modules asks for; the built program. */
import { compilePolicy, createMasker } from "../../dist/core/index.js";
import { SseParser } from "../../dist/core/sse/parser.js";
import { writeSse } from "../../dist/core/sse/writer.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const LIMIT_BYTES = 1_048_576;

export function parse(chunks) {
  const parser = new SseParser(LIMIT_BYTES);
  const events = chunks.flatMap((chunk) => parser.push(chunk));
  const out = events.map(({ data, event, id }) => [
    event.length === 0 ? "message" : decoder.decode(event),
    decoder.decode(data),
    decoder.decode(id),
  ]);
  return { out, lastId: decoder.decode(parser.lastId), retry: parser.retryMs };
}

export function serialise(events) {
  const blocks = events.map(({ type = "message", data, id, retry }) =>
    writeSse({
      data: encoder.encode(data),
      event: encoder.encode(type === "message" ? "" : type),
      ...(id === undefined ? {} : { id: encoder.encode(id) }),
      ...(retry === undefined ? {} : { retryMs: retry }),
    }),
  );
  return Buffer.concat(blocks);
}

/** Nothing of the vectors is an IBAN. */
export function relay(chunks) {
  const masker = createMasker(compilePolicy({ entities: ["IBAN"] }), "sse");
  return Buffer.concat([...chunks.map((chunk) => Buffer.from(masker.push(chunk))), Buffer.from(masker.flush())]);
}
