/** Stands in for the token library in a deployment without issuers, which reads no token; `settings.ts` refuses any other. */
function refuse(): never {
  throw new Error("no token library");
}

export const createLocalJWKSet = refuse;
export const createRemoteJWKSet = refuse;
export const decodeJwt = refuse;
export const jwtVerify = refuse;
/** A symbol where the library is. */
export const customFetch = undefined;
