/**
 * Bytes for the wire that are made once for all who are given the same source.
 *
 * Owns the memory of what was made, which ends with its source. Never looks into either.
 */
export function shareFrames<Source extends object>(
  make: (source: Source) => Uint8Array,
): (source: Source) => Uint8Array {
  const made = new WeakMap<Source, Uint8Array>();
  // Most often the next subscriber is given the same.
  let latest: { readonly source: Source; readonly frame: Uint8Array } | undefined;
  return (source) => {
    if (latest?.source === source) return latest.frame;
    let frame = made.get(source);
    if (frame === undefined) made.set(source, (frame = make(source)));
    latest = { source, frame };
    return frame;
  };
}
