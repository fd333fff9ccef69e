/**
 * Which names stand for this machine alone.
 *
 * Owns the answer for configured addresses and for `Host` headers. Resolves nothing.
 */

const LOOPBACK_IPV4 = /^127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;

/** True for `localhost` and its subdomains, 127.0.0.0/8 in four parts, and ::1. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, "$1");
  return name === "localhost" || name.endsWith(".localhost") || name === "::1" || LOOPBACK_IPV4.test(name);
}

/** The name in a `Host` header, without its port. */
export function hostName(header: string): string {
  return header.replace(/:\d*$/, "");
}
