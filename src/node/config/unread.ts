/**
 * Says that a configuration file lies here and is not read: nothing is read that nobody named.
 */
import { existsSync } from "node:fs";
import { tell, type Io } from "../io.ts";

const USUAL_NAME = "maskwire.yaml";

/** For whoever runs on the defaults in the folder of their own file. */
export function tellUnread(fileName: string | undefined, io: Io): void {
  if (fileName !== undefined || !existsSync(USUAL_NAME)) return;
  tell(io, `${USUAL_NAME} in this folder is not read; add --config ${USUAL_NAME}, or set MASKWIRE_CONFIG`);
}
