/** What a stream of numbered events holds, and how it goes on after a stall. */
import type { MemorySink } from "./ports.ts";
import type { TestServer } from "./server.ts";

export const dataOf = (n: number, bytes = 4_800): string => `{"n":${n},"pad":"${"x".repeat(bytes)}"}`;

interface Gap {
  readonly after: string;
  readonly next: string;
  readonly lost: number;
}
export type Item = number | Gap;

/** Events by their number, and gaps, in order. */
export function itemsIn(text: string): Item[] {
  return [...text.matchAll(/event: maskwire\.gap\ndata: (.*)|^data: \{"n":(\d+)/gm)].map(([, gap, n]) =>
    gap === undefined ? Number(n) : (JSON.parse(gap) as Gap),
  );
}
export const brief = (items: readonly Item[]): (number | string)[] =>
  items.map((item) => (typeof item === "number" ? item : `gap ${item.lost}`));
export const upTo = (last: number, from = 1): number[] =>
  Array.from({ length: last - from + 1 }, (_, index) => from + index);

/** Takes all that waits, again and again, until nothing more comes. */
export async function drain(host: TestServer, sink: MemorySink): Promise<void> {
  sink.isStalled = false;
  sink.take();
  await host.ports.clock.advance(1_500);
}
