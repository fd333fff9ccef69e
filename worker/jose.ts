/** What the server uses of the token library, as a module of its own: a deployment without issuers does not carry it. */
export { createLocalJWKSet, createRemoteJWKSet, customFetch, decodeJwt, jwtVerify } from "jose";
