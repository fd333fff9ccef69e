/**
 * What tcpdump wrote, read back: the packets of a pcap file of link type LINUX_SLL2.
 *
 * Owns the layout of pcap, SLL2, IPv4, TCP and UDP headers. Judges nothing and drops nothing: what it cannot read is a packet
 * of kind `other` with all its bytes.
 */
export interface End {
  readonly address: string;
  /** 0 where there are none. */
  readonly port: number;
}

export interface Packet {
  /** Number of the router's interface. */
  readonly link: number;
  readonly kind: "tcp" | "udp" | "other";
  readonly source: End;
  readonly target: End;
  /** TCP sequence number of the first byte of `payload`. */
  readonly position: number;
  /** First of its direction: SYN is set. */
  readonly isFirst: boolean;
  readonly payload: Buffer;
}

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const LINK_HEADER_BYTES = 20;
const LINK_TYPE_SLL2 = 276;
const ETHERTYPE_IPV4 = 0x0800;
const UDP_HEADER_BYTES = 8;
const SYN = 0x02;
const KINDS: ReadonlyMap<number, "tcp" | "udp"> = new Map([
  [6, "tcp"],
  [17, "udp"],
]);
/** Of what is no IPv4. */
const NOWHERE: End = { address: "?", port: 0 };

/** @throws Error when it is not a capture of this machine's byte order and of link type SLL2. */
export function packetsOf(file: Buffer): Packet[] {
  if (file.readUInt32LE(0) !== 0xa1b2c3d4 || file.readUInt32LE(20) !== LINK_TYPE_SLL2)
    throw new Error("not such a capture");
  const packets: Packet[] = [];
  for (let at = FILE_HEADER_BYTES; at < file.length;) {
    const [captured, original] = [file.readUInt32LE(at + 8), file.readUInt32LE(at + 12)];
    if (captured !== original) throw new Error("a packet was captured in part");
    const start = at + RECORD_HEADER_BYTES;
    packets.push(readPacket(file.subarray(start, start + captured)));
    at = start + captured;
  }
  return packets;
}

function readPacket(frame: Buffer): Packet {
  const link = frame.readUInt32BE(4);
  const bytes = frame.subarray(LINK_HEADER_BYTES);
  if (frame.readUInt16BE(0) === ETHERTYPE_IPV4) return readIp(bytes, link);
  return { link, kind: "other", source: NOWHERE, target: NOWHERE, position: 0, isFirst: false, payload: bytes };
}

function readIp(bytes: Buffer, link: number): Packet {
  const addressAt = (at: number): string => bytes.subarray(at, at + 4).join(".");
  const [source, target] = [addressAt(12), addressAt(16)];
  // Bytes after the packet's own length are padding of the link.
  const body = bytes.subarray((bytes[0] & 0x0f) * 4, bytes.readUInt16BE(2));
  const isFragment = (bytes.readUInt16BE(6) & 0x3fff) !== 0;
  const kind = isFragment ? undefined : KINDS.get(bytes[9]);
  if (kind === undefined) {
    const ends = { source: { address: source, port: 0 }, target: { address: target, port: 0 } };
    return { link, kind: "other", ...ends, position: 0, isFirst: false, payload: body };
  }
  const isTcp = kind === "tcp";
  const hasSyn = isTcp && (body[13] & SYN) !== 0;
  return {
    link,
    kind,
    source: { address: source, port: body.readUInt16BE(0) },
    target: { address: target, port: body.readUInt16BE(2) },
    // SYN takes a number of its own.
    position: isTcp ? (body.readUInt32BE(4) + Number(hasSyn)) >>> 0 : 0,
    isFirst: hasSyn,
    payload: body.subarray(isTcp ? (body[12] >> 4) * 4 : UDP_HEADER_BYTES),
  };
}
