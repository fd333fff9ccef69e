/**
 * The processes and folders that a test file has made: none of them outlives it, whatever its tests come to.
 *
 * Owns the list. A test still ends its own in order; this is for what a failure left behind, and for what the whole file shares.
 */
import type { ChildProcess } from "node:child_process";
import { rmSync } from "node:fs";
import process from "node:process";

const owned = new Set<ChildProcess>();
const folders = new Set<string>();

/** Puts a process on the list until it has exited. */
export function own<Child extends ChildProcess>(child: Child): Child {
  owned.add(child);
  child.once("exit", () => owned.delete(child));
  return child;
}

export function ownFolder(path: string): void {
  folders.add(path);
}

export function endOwned(): void {
  for (const child of owned) child.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

process.once("exit", endOwned);
