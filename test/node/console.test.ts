import { Script, createContext, runInContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { consoleDocument } from "../../src/console/page.ts";
import { CONSOLE_STREAM } from "../../src/console/stream.ts";

const CONSOLE_PAGE = consoleDocument({ feeds: ["orders"], views: ["support"], publishPort: 8080 });
const scriptOf = (page: string): string => /<script>([^]*)<\/script>/.exec(page)?.[1] ?? "";

describe("the console page", () => {
  it("has one style and one script, so that their hashes are the whole policy", () => {
    expect(CONSOLE_PAGE.match(/<style/g)).toHaveLength(1);
    expect(CONSOLE_PAGE.match(/<script/g)).toHaveLength(1);
    expect(CONSOLE_PAGE).not.toMatch(/\sstyle=|\son[a-z]+="/);
  });

  it("asks nothing of any other origin", () => {
    const page = CONSOLE_PAGE.replace("xmlns='http://www.w3.org/2000/svg'", "");
    expect(page).not.toMatch(/https?:\/\/|url\(|@import|src="/);
  });

  it("writes data as text only and keeps nothing in the browser", () => {
    expect(CONSOLE_PAGE).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|localStorage|cookie/,
    );
  });

  it("has a script that parses", () => {
    expect(() => new Script(scriptOf(CONSOLE_PAGE))).not.toThrow();
  });

  it("stays small enough to be read", () => {
    expect(new TextEncoder().encode(CONSOLE_PAGE).length).toBeLessThan(30_000);
  });
});

interface Seen {
  readonly events: { type: string; id: string; data: string }[];
  readonly positions: string[];
  readonly delays: number[];
}

/** Runs the page's own parser over these chunks. */
function parse(chunks: readonly string[]): Seen {
  const seen: Seen = { events: [], positions: [], delays: [] };
  const context = createContext({ seen, chunks });
  runInContext(
    `${CONSOLE_STREAM}
    const push = createParser({
      event: (event) => seen.events.push({ ...event }),
      position: (id) => seen.positions.push(id),
      retry: (ms) => seen.delays.push(ms),
    });
    for (const chunk of chunks) push(chunk);`,
    context,
  );
  return JSON.parse(JSON.stringify(seen)) as Seen;
}

describe("the console's event-stream parser", () => {
  const stream =
    ': hello\n\nretry: 2500\nid: k3f9q2.1\nevent: order\ndata: {"a":1}\n\nid: k3f9q2.4\n\ndata: x\ndata:  y\n\ndata: open';

  it("reads types, ids, delays and joined data, and drops an unfinished event", () => {
    expect(parse([stream])).toEqual({
      events: [
        { type: "order", id: "k3f9q2.1", data: '{"a":1}' },
        { type: "message", id: "k3f9q2.4", data: "x\n y" },
      ],
      positions: ["k3f9q2.1", "k3f9q2.4"],
      delays: [2500],
    });
  });

  it("reads the same however the network cuts the stream", () => {
    const whole = parse([stream]);
    for (let cut = 0; cut <= stream.length; cut += 1)
      expect(parse([stream.slice(0, cut), stream.slice(cut)])).toEqual(whole);
    expect(parse(stream.split(""))).toEqual(whole);
  });
});
