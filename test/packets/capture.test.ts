/** The capture finds what passed, however it was cut or written, and says on which links. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startCapture, whyNoCapture } from "./capture.ts";
import { whyNoLab } from "./lab.ts";
import { startNetwork, type Network } from "./network.ts";

const reason = whyNoLab() || whyNoCapture();
if (reason !== "") console.warn(`the capture was not tried: ${reason}`);

const TEXT = "4111 1111 1111 1111";
const TARGET = { address: "10.0.0.2", port: 80 };
const THERE = ["one: one > two:80", "two: one > two:80"];

describe.skipIf(reason !== "")("a capture", () => {
  let network: Network;
  beforeAll(async () => {
    network = await startNetwork([
      { name: "one", address: "10.0.0.1" },
      { name: "two", address: TARGET.address },
      { name: "three", address: "10.0.0.3" },
    ]);
    network.filter("");
    await network.listen([TARGET.port], [network.hosts[1]]);
  });
  afterAll(() => network.stop());

  async function seen(act: () => Promise<unknown>): Promise<string[]> {
    const capture = await startCapture(network);
    await act();
    return (await capture.stop()).seenAt([TEXT]);
  }

  it.each([
    ["as it is", TEXT],
    // 1,448 bytes fit into the first segment.
    ["cut in two by the end of a segment", `${"x".repeat(1_440)}${TEXT}`],
    ["in base64, whatever stands before it", Buffer.from(`x${TEXT}`).toString("base64")],
    ["in a URL", encodeURIComponent(TEXT)],
    ["in hexadecimal", Buffer.from(TEXT).toString("hex")],
  ])("finds a text %s", async (_name, say) => {
    expect(await seen(() => network.dial("one", [TARGET], say))).toEqual(THERE);
  });

  it("finds a text in a datagram", async () => {
    expect(await seen(() => network.shout("one", [TARGET], TEXT))).toEqual(THERE);
  });

  it("finds a text in what the network itself sends back", async () => {
    const nobody = { ...TARGET, port: 81 };
    const places = await seen(() => network.shout("one", [nobody], TEXT));
    expect(places).toContain("one: two > one:0");
  });

  it("finds nothing where half of it passed", async () => {
    expect(await seen(() => network.dial("one", [TARGET], TEXT.slice(0, -1)))).toEqual([]);
  });
});
