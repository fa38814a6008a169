/**
 * The one order of keys everywhere: that of their UTF-8 bytes, as stores keep them. Text compares by UTF-16 units, which differs where a character
 * beyond U+FFFF (a pair of surrogates) meets one of U+E000 to U+FFFF.
 */
export function compareKeys(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index++) {
    const left = one.charCodeAt(index);
    const right = other.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return one.length - other.length;
}

const rank = (unit: number): number => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit);
