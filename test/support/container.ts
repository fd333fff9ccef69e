/**
 * A container without an engine: a root file system of node, its libraries and /app, read-only, and a user that is nobody.
 *
 * Owns the mounts, which end with the process. Needs root: only root may become another user.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { missingCommand } from "./debian.ts";

const NODE = "/usr/local/bin/node";
const CONFIG = "/etc/maskwire/maskwire.yaml";
const READABLE = 0o755;
/** As the kubelet would: no new privileges, and no capability but those that it takes to become nobody. */
const PRIVILEGES = ["--no-new-privs", "--inh-caps=-all", "--bounding-set=-all,+sys_chroot,+setuid,+setgid"];

/** $1 root, $2 node of this machine, $3 /app; the words behind are run in it. Mounts are of this process alone. */
const SCRIPT = `
set -e
root=$1; node=$2; app=$3; shift 3
mount --make-rprivate /
mount --bind "$root" "$root"
mount --bind "$node" "$root${NODE}"
mount --bind "$app" "$root/app"
mount -o remount,bind,ro "$root/app"
mount -o remount,bind,ro "$root"
mount -t tmpfs -o size=16m,mode=1777 tmpfs "$root/tmp"
exec "$@"
`;

export interface Container {
  /** Starts node in /app with these words, as user and group `user`. */
  start(words: readonly string[], user: string): ChildProcess;
  remove(): void;
}

/** Why no container can be had here; empty when it can. @throws Error when it cannot and CI=true. */
export function whyNoContainer(): string {
  const probe = spawnSync("unshare", ["--mount", "setpriv", ...PRIVILEGES, "chroot", "/", "true"], {
    encoding: "utf8",
  });
  if (probe.status === 0) return "";
  return missingCommand(`no mount namespace for this user: ${probe.stderr ?? "unshare is not there"}`.trim()).reason;
}

/** `config` is what stands in /etc/maskwire/maskwire.yaml. */
export function createContainer(appFolder: string, config: string): Container {
  const root = mkdtempSync(join(tmpdir(), "maskwire-root-"));
  chmodSync(root, READABLE);
  for (const folder of ["app", "tmp", dirname(NODE), dirname(CONFIG)])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, NODE), "");
  writeFileSync(join(root, CONFIG), config);
  for (const library of librariesOf(process.execPath)) {
    mkdirSync(dirname(join(root, library)), { recursive: true });
    cpSync(realpathSync(library), join(root, library));
  }
  return {
    start(words, user) {
      const inside = ["setpriv", ...PRIVILEGES, "chroot", `--userspec=${user}`, "--groups=", root, NODE];
      const place = ["-c", SCRIPT, "sh", root, realpathSync(process.execPath), appFolder];
      // Its working folder is / inside: chroot says so.
      return spawn("unshare", ["--mount", "sh", ...place, ...inside, ...words], { env: { PATH: process.env["PATH"] } });
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Paths of what the dynamic linker loads, and of the linker. */
function librariesOf(program: string): string[] {
  const { stdout } = spawnSync("ldd", [program], { encoding: "utf8" });
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path);
}
