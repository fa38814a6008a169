const PLAIN = /^[ -~]*$/;
/** In other scripts a mark makes another letter: й is no и with an accent, が no か. */
const ACCENTS = /([\p{Script=Latin}\p{Script=Greek}])[\u0300-\u036f]+/gu;

/** A text as text matches see it: case, accents of Latin and Greek letters and width make no difference. Idempotent. */
export function folded(text: string): string {
  if (PLAIN.test(text)) return text.toUpperCase();
  return text.normalize("NFKD").toUpperCase().normalize("NFKD").replace(ACCENTS, "$1").normalize("NFC");
}
