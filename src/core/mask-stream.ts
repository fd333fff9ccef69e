/**
 * A masker as a stage between web streams.
 *
 * Owns the plumbing only: what is decided leaves at once, the rest at the end. When the source breaks, what is undecided does
 * not leave.
 */
import { createMasker, type FormatChoice } from "./masker.ts";
import type { Policy } from "./policy.ts";

/**
 * For `body.pipeThrough(maskStream(policy, "ndjson"))`, and as a stage of `pipeline` in Node: bytes in, masked bytes out, of
 * one stream. All that comes out, joined, equals `maskWhole` of all that went in. Waits while nobody reads, with one
 * chunk and what is undecided at hand. Both ends fail with what `createMasker` and `push` throw.
 */
export function maskStream(policy: Policy, choice: FormatChoice): TransformStream<Uint8Array, Uint8Array> {
  const masker = createMasker(policy, choice);
  return new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => send(masker.push(chunk), controller),
    flush: (controller) => send(masker.flush(), controller),
  });
}

function send(bytes: Uint8Array, controller: TransformStreamDefaultController<Uint8Array>): void {
  // An empty chunk would wake readers for nothing.
  if (bytes.length > 0) controller.enqueue(bytes);
}
