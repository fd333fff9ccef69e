/** Order statistics. Owns no data. */

/** The value below which `share` of the values lie; values need not be sorted. */
export function quantile(values: readonly number[] | Uint32Array, share: number): number {
  const sorted = Float64Array.from(values).toSorted();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
