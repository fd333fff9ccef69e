/** Stands in for the ciphers in a deployment without `encrypt` and `fpe`; `settings.ts` refuses policies that need them. */
export const aessiv = undefined;
/** A function where the ciphers are. */
export const FF1 = undefined;
