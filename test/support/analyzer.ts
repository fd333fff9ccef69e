/**
 * A stand-in for a Presidio analyzer: it speaks `POST /analyze` over real HTTP, and knows a few names.
 *
 * Owns the server. Checks every request as the service does, counts offsets as Python does, and answers nonsense when a
 * test says so.
 */
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface Analysis {
  readonly text: string;
  readonly language: string;
  readonly entities: readonly string[];
  readonly score_threshold: number;
}

/** What it answers in the place of an analysis; by itself it ends the answer, or does not. */
export type Misbehaviour = (response: ServerResponse, asked: Analysis) => void;

export interface Analyzer {
  readonly url: string;
  /** Texts that it was shown, in order. */
  readonly asked: Analysis[];
  /** Most requests that it had open at once. */
  readonly peak: number;
  misbehave: Misbehaviour | undefined;
  close(): Promise<void>;
}

/** Settings of a remote detector that asks it, but for its address and what a test is about. */
export const PRESIDIO = {
  adapter: "presidio",
  headers: {},
  language: "en",
  scoreThreshold: 0.5,
  timeoutMs: 2_000,
  concurrencyLimit: 4,
  waitingLimit: 100,
  recordLimitBytes: 4_096,
  onFailure: "refuse",
} as const;

/** What it knows: text to entity. Longer ones first, so that none hides in another. */
const KNOWN: Readonly<Record<string, string>> = {
  "Grace Hopper": "PERSON",
  "Zoë 𝒜da": "PERSON",
  "Ada Lovelace": "PERSON",
  Reykjavík: "LOCATION",
  "Blue Whale Ltd": "ORGANIZATION",
};

export async function startAnalyzer(): Promise<Analyzer> {
  let open = 0;
  const analyzer = { asked: [] as Analysis[], peak: 0, misbehave: undefined as Misbehaviour | undefined };
  const server = createServer((request, response) => {
    open++;
    analyzer.peak = Math.max(analyzer.peak, open);
    response.on("close", () => open--);
    const handle = async (): Promise<void> => {
      const body = await text(request);
      const asked = JSON.parse(body) as Analysis;
      if (request.method !== "POST" || request.url !== "/analyze") response.writeHead(404).end();
      else if (request.headers["content-type"] !== "application/json" || typeof asked.text !== "string")
        response.writeHead(500).end(JSON.stringify({ error: `No text provided: ${body}` }));
      else {
        analyzer.asked.push(asked);
        if (analyzer.misbehave === undefined) answer(response, analyze(asked));
        else analyzer.misbehave(response, asked);
      }
    };
    void handle();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/analyze`;
  return Object.assign(analyzer, { url, close: () => closeServer(server) });
}

export function answer(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
}

/** As the service writes it: code points, and fields that nobody asked for. */
export function analyze({ text: shown, entities, score_threshold: threshold }: Analysis): object[] {
  return Object.entries(KNOWN).flatMap(([value, entity]) => {
    if (!entities.includes(entity) || threshold > 0.85) return [];
    const found: object[] = [];
    for (let at = shown.indexOf(value); at >= 0; at = shown.indexOf(value, at + value.length)) {
      const start = codePoints(shown.slice(0, at));
      const end = start + codePoints(value);
      found.push({
        analysis_explanation: null,
        end,
        entity_type: entity,
        score: 0.85,
        start,
        recognition_metadata: {},
      });
    }
    return found;
  });
}

function codePoints(some: string): number {
  return Array.from(some).length;
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}
