/** The remainder by 97 of ISO/IEC 7064 (MOD 97-10), letters counting as 10 to 35. */

/** 0 to 96. Takes upper-case letters and digits only; a number of any length, one pass. */
export function mod97(text: string): number {
  let remainder = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    remainder = (code < 0x41 ? remainder * 10 + code - 0x30 : remainder * 100 + code - 0x37) % 97;
  }
  return remainder;
}
