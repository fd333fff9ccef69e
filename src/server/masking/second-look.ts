/** What stages make of the events that policies have masked. */
import { toStreamError } from "../../core/index.ts";
import type { Masked } from "./masked.ts";
import type { Stage } from "./stage.ts";

/** Only of what a policy with a stage shows; the others' are there already. Both lists go by policy. Never rejects. */
export function lookAgain(
  policies: readonly { readonly stage: Stage | undefined }[],
  all: readonly Masked[],
): Promise<readonly Masked[]> {
  return Promise.all(
    all.map(async (one, index): Promise<Masked> => {
      const { stage } = policies[index];
      if (stage === undefined || typeof one === "string") return one;
      try {
        return await stage.maskEvent(one);
      } catch (thrown) {
        return toStreamError(thrown).code;
      }
    }),
  );
}
