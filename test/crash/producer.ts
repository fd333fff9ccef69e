/**
 * Producers that send again until they are answered: bodies of numbered events, each under a key of its own.
 */
export const BODY_EVENTS = 100;
const AGAIN_MS = 50;

export interface ProducerOptions {
  /** Where to send now; asked at each attempt. */
  readonly origin: (attempt: number) => string;
  readonly path: string;
  readonly events: number;
  /** Bodies under way at once. */
  readonly atOnce: number;
  /** Told how many events were acknowledged so far. */
  readonly onProgress: (acknowledged: number) => void;
  /** Waited for before each body. */
  readonly onNext: () => Promise<void>;
}

export interface Produced {
  readonly acknowledged: number;
  /** Attempts that got no answer, or a refusal. */
  readonly failedAttempts: number;
  /** Events that an answer called repeats. */
  readonly duplicates: number;
}

interface Receipt {
  readonly accepted?: number;
  readonly duplicates?: number;
}

/** Resolves when every event is acknowledged. */
export async function produce({ origin, path, ...options }: ProducerOptions): Promise<Produced> {
  const { events, atOnce, onProgress, onNext } = options;
  const bodies = Math.ceil(events / BODY_EVENTS);
  let [next, acknowledged, failedAttempts, duplicates] = [0, 0, 0, 0];
  const run = async (): Promise<void> => {
    for (let body = next++; body < bodies; body = next++) {
      const first = body * BODY_EVENTS;
      const count = Math.min(BODY_EVENTS, events - first);
      await onNext();
      for (let attempt = 0; ; attempt++) {
        const receipt = await send(`${origin(attempt)}${path}`, `body-${body}`, linesOf(first, count));
        if ((receipt?.accepted ?? 0) + (receipt?.duplicates ?? 0) === count) {
          duplicates += receipt?.duplicates ?? 0;
          break;
        }
        failedAttempts++;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
      acknowledged += count;
      onProgress(acknowledged);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, run));
  return { acknowledged, failedAttempts, duplicates };
}

async function send(url: string, key: string, body: string): Promise<Receipt | undefined> {
  try {
    const headers = { "content-type": "application/x-ndjson", "idempotency-key": key };
    const response = await fetch(url, { method: "POST", headers, body });
    return (await response.json()) as Receipt;
  } catch {
    return undefined;
  }
}

function linesOf(first: number, count: number): string {
  return Array.from({ length: count }, (_, at) => `{"n":${first + at},"to":"ann.lee@example.com"}\n`).join("");
}
