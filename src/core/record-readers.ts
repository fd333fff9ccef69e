/** Shows whole records to those operators that have to see one before it is masked. */
import type { RecordReader } from "./operators/operator.ts";

/** What `run` gives while the readers know the record, which they then forget. */
export function whileRead<Result>(
  readers: readonly RecordReader[],
  read: (reader: RecordReader) => void,
  run: () => Result,
): Result {
  if (readers.length === 0) return run();
  try {
    readers.forEach(read);
    return run();
  } finally {
    for (const reader of readers) reader.clear();
  }
}
