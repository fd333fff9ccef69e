/** What src/build.mjs makes of the built-in patterns, as `writeTable` of prebuild.ts; nothing in the sources. */
export function prebuiltTable(): string {
  return "";
}
