/** Stands in for `src/core/policy-check.ts`: at the edge `config-shape.ts` has read every policy before it is compiled. */
export function checkPolicy(): void {}
