/** What an analyzer may answer that is of no use to anybody. */
import { answer, type Misbehaviour } from "./analyzer.ts";

/** A finding as the service writes it, one character long. */
export const finding = (changes: object): object => ({
  entity_type: "PERSON",
  start: 0,
  end: 1,
  score: 0.9,
  ...changes,
});
export const says =
  (value: unknown): Misbehaviour =>
  (response) =>
    answer(response, value);

/** Every way in which an answer is of no use, with the reason that is counted. */
export const NONSENSE: readonly (readonly [string, string, Misbehaviour])[] = [
  ["an error", "status", (response) => void response.writeHead(500).end('{"error":"Ada Lovelace"}')],
  ["a redirect", "status", (response) => void response.writeHead(302, { location: "http://169.254.169.254/" }).end()],
  ["no content", "status", (response) => void response.writeHead(204).end()],
  ["no HTTP", "unreachable", (response) => void response.socket?.end("Ada Lovelace\r\n\r\n")],
  [
    "half of an answer",
    "unreachable",
    (response) => {
      response.writeHead(200, { "content-length": "100" }).write("[");
      setImmediate(() => response.destroy());
    },
  ],
  ["a hang-up", "unreachable", (response) => void response.destroy()],
  ["no JSON", "not-json", (response) => void response.writeHead(200).end("Ada Lovelace")],
  ["nothing", "not-json", (response) => void response.writeHead(200).end()],
  ["no UTF-8", "not-json", (response) => void response.writeHead(200).end(Buffer.from([0xff, 0xfe]))],
  ["no list", "bad-shape", says({ 0: finding({}) })],
  ["a list of texts", "bad-shape", says(["Ada Lovelace"])],
  ["null", "bad-shape", says([null])],
  ["no start", "bad-shape", says([{ entity_type: "PERSON", end: 1, score: 1 }])],
  ["a text for an offset", "bad-shape", says([finding({ start: "0" })])],
  ["a fraction", "bad-shape", says([finding({ end: 1.5 })])],
  ["a negative offset", "bad-shape", says([finding({ start: -1 })])],
  ["an offset that no number holds", "bad-shape", says([finding({ end: 1e300 })])],
  ["a score over 1", "bad-shape", says([finding({ score: 2 })])],
  ["no score", "bad-shape", says([finding({ score: null })])],
  ["a number for an entity", "bad-shape", says([finding({ entity_type: 7 })])],
  ["more findings than characters", "bad-shape", says(Array.from({ length: 100 }, () => finding({})))],
  ["an end behind the text", "bad-span", says([finding({ end: 18 })])],
  ["an end before its start", "bad-span", says([finding({ start: 3, end: 2 })])],
  ["an empty finding", "bad-span", says([finding({ start: 3, end: 3 })])],
  ["an entity that nobody asked for", "unknown-entity", says([finding({ entity_type: "NRP" })])],
  ["an entity of every object", "unknown-entity", says([finding({ entity_type: "constructor" })])],
  ["one good finding and one bad", "bad-span", says([finding({}), finding({ end: 99 })])],
  ["too much", "answer-too-long", (response) => void response.writeHead(200).end(" ".repeat(65_537))],
];
