/**
 * 2^x for x in [0, 1], in 2^24ths, made of integers only: every runtime gets the same table (decision 10).
 * Procedure: the 1 024th root of 2 is ten square roots of 2, each an integer square root with 120 bits behind the point; entry i is the
 * i-th power of that root, each product cut to 120 bits; at the end each entry is cut to 24 bits. The last one is exactly 2.
 */
const FRACTION_BITS = 120n;
const ONE = 1n << FRACTION_BITS;

export const TABLE_STEPS = 1024;
/** 1.0 in the table. */
export const UNIT = 0x1000000;

function integerSquareRoot(value: bigint): bigint {
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const better = (root + value / root) >> 1n;
    if (better >= root) return root;
    root = better;
  }
}

function makeTable(): Float64Array {
  let root = 2n * ONE;
  for (let halvings = 0; halvings < 10; halvings++) root = integerSquareRoot(root << FRACTION_BITS);
  const table = new Float64Array(TABLE_STEPS + 1);
  let power = ONE;
  for (let index = 0; index < TABLE_STEPS; index++) {
    table[index] = Number(power >> (FRACTION_BITS - 24n));
    power = (power * root) >> FRACTION_BITS;
  }
  table[TABLE_STEPS] = 2 * UNIT;
  return table;
}

const table = makeTable();

/**
 * 2^(elapsedMs / periodMs) in 2^24ths for 0 ≤ elapsedMs < periodMs: the table, linear in between (error below 6e-8).
 * Exact integers in doubles for periods up to 365 days. Never falls when elapsedMs rises.
 */
export function growth(elapsedMs: number, periodMs: number): number {
  const scaled = elapsedMs * TABLE_STEPS;
  const index = Math.floor(scaled / periodMs);
  const rest = scaled - index * periodMs;
  const low = table[index]!;
  return low + Math.floor(((table[index + 1]! - low) * rest) / periodMs);
}

/** The least elapsedMs at which `growth` is `wanted` 2^24ths or more; periodMs or more when it never is. */
export function elapsedAtGrowth(wanted: number, periodMs: number): number {
  if (wanted <= UNIT) return 0;
  if (wanted > 2 * UNIT) return periodMs;
  let low = 0;
  let high = TABLE_STEPS;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (table[middle]! < wanted) low = middle;
    else high = middle;
  }
  const start = table[low]!;
  const rest = Math.ceil(((wanted - start) * periodMs) / (table[high]! - start));
  return Math.ceil((low * periodMs + rest) / TABLE_STEPS);
}
