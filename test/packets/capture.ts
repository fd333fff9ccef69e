/**
 * Every packet that passes the router, on every link: where a text was seen.
 *
 * Owns tcpdump and its packets, and puts TCP streams together again, so that no segment boundary hides a text. Knows
 * IPv4 over TCP and UDP; of anything else the bytes of each packet are searched.
 */
import { once } from "node:events";
import { ensureCommand, missingCommand } from "../support/debian.ts";
import { IS_ROOT } from "./lab.ts";
import type { Network } from "./network.ts";
import { packetsOf, type Packet } from "./packet.ts";

/** Seen once everything before it was. */
const LAST = "the capture ends with this datagram";
const SEND_LAST = `require("dgram").createSocket("udp4").send("${LAST}", 9, "127.0.0.1", () => process.exit())`;
/** A number further off belongs to a later connection between the same ports. */
const STREAM_LIMIT_BYTES = 64 * 1024 * 1024;
/** A slot of tcpdump's ring is as long as a packet may be: links here carry none above this. */
const PACKET_LIMIT_BYTES = 2_048;
const BUFFER_KIBIBYTES = 32_768;
/** On every link at once, each packet with the link's number: LINUX_SLL2 has it. */
const TCPDUMP = `tcpdump -i any -y LINUX_SLL2 -s ${PACKET_LIMIT_BYTES} -B ${BUFFER_KIBIBYTES} --immediate-mode -Z root -n -U -w -`;

export interface Capture {
  /** Ends it; waits for everything sent until now. */
  stop(): Promise<Captured>;
}

export interface Captured {
  /** Where any of the texts passed: `link: client > server:port`, or `<` for the way back; sorted, each once. */
  seenAt(texts: readonly string[]): string[];
}

/** Why links cannot be recorded here; empty when they can. @throws Error when they cannot and CI=true. */
export function whyNoCapture(): string {
  const { path, reason } = ensureCommand("tcpdump", "tcpdump");
  if (path === null || IS_ROOT) return reason;
  return missingCommand("only root may record links: tcpdump changes its user, which a user namespace does not allow")
    .reason;
}

export async function startCapture(network: Network): Promise<Capture> {
  const { lab } = network;
  const names = namesOf(network);
  // Ends with its input: signals do not reach through namespaces of processes.
  const script = `exec 3<&0; ${TCPDUMP} & dump=$!; (cat <&3 >/dev/null; kill -INT $dump) & wait $dump`;
  const child = lab.start(["sh", "-c", script]);
  const chunks: Buffer[] = [];
  let told = "";
  const hasAll = new Promise<void>((resolve) => {
    let tail = Buffer.alloc(0);
    child.stdout.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      tail = Buffer.concat([tail.subarray(-LAST.length), chunk]);
      if (tail.includes(LAST)) resolve();
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.stderr.on("data", (chunk: Buffer) => {
      told += chunk.toString();
      if (told.includes("listening on")) resolve();
    });
    child.once("exit", () => reject(new Error(`no capture: ${told}`)));
  });
  return {
    async stop() {
      const closed = once(child, "close");
      lab.run([process.execPath, "-e", SEND_LAST]);
      await hasAll;
      child.stdin.end();
      await closed;
      if (!told.includes("0 packets dropped by kernel")) throw new Error(`the capture missed packets: ${told}`);
      return reader(packetsOf(Buffer.concat(chunks)), names);
    },
  };
}

interface Names {
  readonly links: ReadonlyMap<number, string>;
  readonly addresses: ReadonlyMap<string, string>;
}

/** What a person calls links and addresses. */
function namesOf({ lab, hosts, ...network }: Network): Names {
  const listed = JSON.parse(lab.run(["ip", "-json", "link"])) as {
    readonly ifindex: number;
    readonly ifname: string;
  }[];
  const hostOf = new Map(hosts.map(({ name }) => [network.linkOf(name), name]));
  return {
    links: new Map(listed.map(({ ifindex, ifname }) => [ifindex, hostOf.get(ifname) ?? ifname])),
    addresses: new Map(hosts.map(({ name, address }) => [address, name])),
  };
}

/** One direction of one connection on one link; or one datagram. */
interface Stream {
  readonly label: string;
  readonly firstAt: number;
  readonly pieces: { readonly at: number; readonly bytes: Buffer }[];
}

function reader(packets: readonly Packet[], names: Names): Captured {
  const texts = streamsOf(packets, names).map(({ label, pieces }) => ({ label, bytes: join(pieces) }));
  return {
    seenAt(wanted) {
      const forms = wanted.flatMap(disguises);
      const hit = texts.filter(({ bytes }) => forms.some((form) => bytes.includes(form)));
      return [...new Set(hit.map(({ label }) => label))].toSorted();
    },
  };
}

function streamsOf(packets: readonly Packet[], { links, addresses }: Names): Stream[] {
  const open = new Map<string, Stream>();
  const streams: Stream[] = [];
  const clients = new Set<string>();
  for (const packet of packets) {
    const [from, to] = [packet.source, packet.target].map(
      ({ address, port }) => `${addresses.get(address) ?? address}:${port}`,
    );
    const way = `${from} ${to} ${packet.kind}`;
    if (!clients.has(`${to} ${from} ${packet.kind}`)) clients.add(way);
    const link = links.get(packet.link) ?? String(packet.link);
    const key = `${link} ${way}`;
    let stream = open.get(key);
    let at = stream === undefined ? 0 : (packet.position - stream.firstAt) >>> 0;
    if (stream === undefined || packet.isFirst || packet.kind !== "tcp" || at > STREAM_LIMIT_BYTES) {
      stream = {
        label: `${link}: ${labelOf({ from, to, isBack: !clients.has(way) })}`,
        firstAt: packet.position,
        pieces: [],
      };
      streams.push(stream);
      open.set(key, stream);
      at = 0;
    }
    stream.pieces.push({ at, bytes: packet.payload });
  }
  return streams;
}

/** The client's port means nothing to anybody. */
function labelOf({
  from,
  to,
  isBack,
}: {
  readonly from: string;
  readonly to: string;
  readonly isBack: boolean;
}): string {
  return isBack ? `${hostOf(to)} < ${from}` : `${hostOf(from)} > ${to}`;
}

function hostOf(end: string): string {
  return end.slice(0, end.lastIndexOf(":"));
}

function join(pieces: Stream["pieces"]): Buffer {
  const whole = Buffer.alloc(pieces.reduce((end, { at, bytes }) => Math.max(end, at + bytes.length), 0));
  for (const { at, bytes } of pieces) bytes.copy(whole, at);
  return whole;
}

/** As it is, and as a proxy or a script might write it. */
function disguises(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  // Base64 depends on what stands before a text, and at both ends on the neighbours: three forms, less their ends.
  const base64 = [0, 1, 2].map((before) => {
    const written = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    return written.slice(Math.ceil((before * 8) / 6), -1);
  });
  const written = [...base64, bytes.toString("hex"), encodeURIComponent(text)];
  return [bytes, Buffer.from(text, "utf16le"), ...written.map((form) => Buffer.from(form))];
}
