/**
 * "Did you mean": the nearest of the allowed words.
 *
 * Owns the distance and the threshold. Knows nothing of configuration.
 */

/** The closest candidate that a slip of the keyboard, a singular or a shortened name explains; undefined when none is near. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  const wanted = word.toLowerCase();
  // One of several, as well: `policy` for `policies`.
  const stems = [wanted, wanted.replace(/y$/, "ie")];
  const longer = candidates.find(
    (candidate) => wanted.length > 2 && stems.some((stem) => candidate.toLowerCase().includes(stem)),
  );
  if (longer !== undefined) return longer;
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const replaced = previous[column - 1] + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[column] + 1, current[column - 1] + 1));
    }
    previous = current;
  }
  return previous[right.length];
}
