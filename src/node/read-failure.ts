/**
 * Why a file that somebody named cannot be read, in words; the system's own sentence quotes the path.
 */

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "may not be read by this user",
  EISDIR: "is a folder",
  ENOENT: "does not exist",
  ENOTDIR: "does not exist",
  EPERM: "may not be read by this user",
};

/** What an error of `node:fs` says: `does not exist`, for example. */
export function readFailure(thrown: unknown): string {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  return Object.hasOwn(REASONS, code) ? REASONS[code] : "cannot be read";
}
