const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const PAIR_BITS = 10;
/** Two letters for each ten bits. */
const pairs: readonly string[] = Array.from({ length: 1 << PAIR_BITS }, (_, bits) => `${ALPHABET[bits >>> 5]}${ALPHABET[bits & 31]}`);

/** RFC 4648 base32 in lower case without padding, of bytes given as a text of one character (U+0000 to U+00FF) each. */
export function base32(bytes: string): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (let index = 0; index < bytes.length; index++) {
    held = ((held << 8) | bytes.charCodeAt(index)) & 0x3ffff;
    bits += 8;
    if (bits >= PAIR_BITS) {
      bits -= PAIR_BITS;
      text += pairs[(held >>> bits) & 0x3ff];
    }
  }
  if (bits > 5) return text + pairs[(held << (PAIR_BITS - bits)) & 0x3ff];
  return bits > 0 ? text + ALPHABET[(held << (5 - bits)) & 31] : text;
}
