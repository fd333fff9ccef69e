/**
 * The one way in which a test waits for what another side does: looks again until it is so.
 *
 * Time is no condition: a machine may be ten times slower. What is waited for is the state of the side that acts (its log, its
 * metric, its answer), not that of the side that is at hand.
 */
const LOOK_AGAIN_MS = 5;
/** Far beyond what a busy machine needs, and within the time of a test: who waits in vain is told for what. */
const PATIENCE_MS = 120_000;

/**
 * Resolves once `isSo` holds; looks every few milliseconds, with turns of the loop in between.
 * @throws Error after two minutes, with what `seen` says of the state.
 */
export async function until(isSo: () => boolean | Promise<boolean>, seen: () => unknown = () => ""): Promise<void> {
  for (const endMs = performance.now() + PATIENCE_MS; !(await isSo());) {
    if (performance.now() > endMs) throw new Error(`waited in vain: ${String(seen())}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
