/**
 * Certificates of an authority that nobody knows, made by openssl.
 *
 * Owns their names. Keys live as long as the folder of one test run.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Certificates {
  /** Who signed the others. */
  readonly caFile: string;
  readonly server: { readonly certFile: string; readonly keyFile: string };
  readonly client: { readonly certFile: string; readonly keyFile: string };
  /** Another authority, which signed none of them. */
  readonly otherCaFile: string;
}

/** Writes them into `folder` with openssl, for the name localhost. */
export function createCertificates(openssl: string, folder: string): Certificates {
  const run = (...args: string[]): void => void execFileSync(openssl, args, { cwd: folder, stdio: "ignore" });
  const path = (name: string): string => join(folder, name);
  const keyArgs = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  for (const name of ["ca", "other"])
    run("req", "-x509", ...keyArgs, "-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.pem`);
  writeFileSync(path("names.cnf"), "subjectAltName=DNS:localhost\n");
  for (const name of ["server", "client"]) {
    const request = keyArgs.slice(0, -2);
    run("req", ...request, "-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.csr`);
    const signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names.cnf"];
    run("x509", "-req", "-in", `${name}.csr`, ...signing, "-out", `${name}.pem`);
  }
  const pair = (name: string) => ({ certFile: path(`${name}.pem`), keyFile: path(`${name}.key`) });
  return { caFile: path("ca.pem"), server: pair("server"), client: pair("client"), otherCaFile: path("other.pem") };
}
