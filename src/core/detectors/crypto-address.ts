/** Addresses of wallets, by their check digits; an Ethereum address of one case has none, and counts beside a word only. */
import { type Detector, SCORES } from "../detector.ts";
import { hasEip55, isBase58Check, isBech32 } from "../validators/crypto-address.ts";

export const cryptoAddress: Detector = {
  entity: "CRYPTO_ADDRESS",
  source: "Bitcoin base58check, BIP 173 and BIP 350; ERC-55",
  pattern: "[13][1-9A-HJ-NP-Za-km-z]{25,34}|(?:bc1|tb1|BC1|TB1)[0-9A-Za-z]{23,87}|0[xX][0-9A-Fa-f]{40}",
  // Lengths would stand in as many states.
  scan: {
    pattern: "[13][1-9A-HJ-NP-Za-km-z]{15,}|(?:bc1|tb1|BC1|TB1)[0-9A-Za-z]{8,}|0[xX][0-9A-Fa-f]{20,}",
    maxLength: 90,
  },
  isPlain: true,
  contextWords: ["wallet", "btc", "bitcoin", "eth", "ethereum", "crypto", "usdt", "usdc"],
  mayMatch: (_, start, end) => end - start >= 26,
  validate({ text, hasContext }) {
    if (/^0x/i.test(text)) {
      if (/[a-f]/.test(text.slice(2)) && /[A-F]/.test(text)) return hasEip55(text) ? SCORES.strong : 0;
      return hasContext ? SCORES.worded : SCORES.bare;
    }
    return (/^(?:bc|tb)1/i.test(text) ? isBech32(text) : isBase58Check(text)) ? SCORES.strong : 0;
  },
  hits: [
    "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
    "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
    "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
    "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "wallet 0xde709f2102306220921060314715629080e2fb77",
  ],
  misses: [
    "1BoatSLRHtKNngkdXEeobR76b53LETtpyU",
    "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp",
    "bc1qar0srrr7xfkvy5l643lydnw9re59gTzzwf5mdq",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed",
    "0xde709f2102306220921060314715629080e2fb77",
    "commit 3f786850e387550fdab836ed7e6dc881de23001b",
  ],
};
