/** What a bad disk does to a durable history: one bit in the middle of each of these events, of whatever feed. */
import { ClassicLevel } from "classic-level";

/** Length of the key of an event; its sequence stands in the last eight bytes. */
const KEY_BYTES = 13;
const SEQUENCE_AT = 5;

/** Not while a broker has the folder. */
export async function damageDisk(dataDir: string, sequences: readonly number[]): Promise<void> {
  const database = new ClassicLevel<Uint8Array, Uint8Array>(dataDir, { keyEncoding: "view", valueEncoding: "view" });
  await database.open();
  for await (const [key, value] of database.iterator()) {
    if (key.length !== KEY_BYTES) continue;
    const sequence = Number(new DataView(key.buffer, key.byteOffset).getBigUint64(SEQUENCE_AT));
    if (!sequences.includes(sequence)) continue;
    const bytes = Uint8Array.from(value);
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    await database.put(key, bytes);
  }
  await database.close();
}
