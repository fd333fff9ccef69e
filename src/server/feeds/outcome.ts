import type { ErrorCode } from "../../core/index.ts";
import type { Placement } from "../history/broker.ts";

/** What became of one event. */
export type Outcome = Placement | ErrorCode;
