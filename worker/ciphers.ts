/** What operators that can be turned back use, as a module of its own: a deployment without such an operator does not carry it. */
export { aessiv } from "@noble/ciphers/aes.js";
export { FF1 } from "@noble/ciphers/ff1.js";
