/** A command that the machine lacks: installed, named, or a failure, and never passed over in silence. */
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { APT_LOCK, ensureCommand, findCommand } from "./debian.ts";

let emptyFolder = "";

beforeEach(() => {
  emptyFolder = mkdtempSync(join(tmpdir(), "maskwire-path-"));
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(emptyFolder, { recursive: true, force: true });
});

test("a missing command without a way to install it is named, with its package", () => {
  vi.stubEnv("PATH", emptyFolder);
  vi.stubEnv("CI", "");
  const { path, reason } = ensureCommand("no-such-command", "no-such-package");
  expect(path).toBeNull();
  expect(reason).toContain("no-such-command");
  expect(reason).toContain("no-such-package");
  expect(console.warn).toHaveBeenCalledWith(expect.stringContaining("not run"));
});

test("with CI=true a missing command fails", () => {
  vi.stubEnv("PATH", emptyFolder);
  vi.stubEnv("CI", "true");
  expect(() => ensureCommand("no-such-command", "no-such-package")).toThrow("no-such-command");
});

test("a command on PATH is found and nothing is installed", () => {
  vi.stubEnv("PATH", dirname(process.execPath));
  expect(ensureCommand("node", "nodejs")).toEqual({ path: join(dirname(process.execPath), "node"), reason: "" });
});

test.skipIf(process.getuid?.() !== 0)("packages are installed by one at a time", () => {
  const log = join(emptyFolder, "log");
  const apt = `#!/bin/sh\nif flock --nonblock "${APT_LOCK}" true; then echo free; else echo held; fi >> "${log}"\n`;
  writeFileSync(join(emptyFolder, "apt-get"), apt, { mode: 0o755 });
  vi.stubEnv("PATH", `${emptyFolder}:${process.env["PATH"] ?? ""}`);
  vi.stubEnv("CI", "");
  expect(ensureCommand("no-such-command", "no-such-package").path).toBeNull();
  expect([...new Set(readFileSync(log, "utf8").trim().split("\n"))]).toEqual(["held"]);
});

test("a link to nowhere is no command", () => {
  vi.stubEnv("PATH", emptyFolder);
  symlinkSync(join(emptyFolder, "gone"), join(emptyFolder, "dangling"));
  expect(findCommand("dangling")).toBeNull();
});
