package leadstream.bench;

import java.math.BigInteger;

/**
 * Points that halve every thirty days, as sums per slot of one half-life. 2^x comes from an integer table (1 024 steps, 24 bits behind the
 * point, linear in between), so that all implementations get the same thousandths.
 */
final class HalfLife {
  static final long SLOT_MS = 30L * 86_400_000;
  static final int SLOTS_KEPT = 24;
  static final long LIFE_MS = SLOT_MS * (SLOTS_KEPT + 1);
  private static final long MAX_SUM = 1L << 52;
  /** Most that the points can be worth, thousandths: what a record can say. */
  private static final long MAX_LEFT = 100_000_000;
  private static final int STEPS = 1024;
  private static final long[] TABLE = makeTable();

  private HalfLife() {}

  private static long[] makeTable() {
    final int bits = 120;
    BigInteger root = BigInteger.TWO.shiftLeft(bits);
    for (int halving = 0; halving < 10; halving++) root = root.shiftLeft(bits).sqrt();
    final long[] table = new long[STEPS + 1];
    BigInteger power = BigInteger.ONE.shiftLeft(bits);
    for (int index = 0; index < STEPS; index++) {
      table[index] = power.shiftRight(bits - 24).longValueExact();
      power = power.multiply(root).shiftRight(bits);
    }
    table[STEPS] = 1L << 25;
    return table;
  }

  /** 2^((at mod slot) / slot) in 2^24ths. */
  private static long growth(long at) {
    final long scaled = at % SLOT_MS * STEPS;
    final int index = (int) (scaled / SLOT_MS);
    final long rest = scaled - index * SLOT_MS;
    final long low = TABLE[index];
    return low + (TABLE[index + 1] - low) * rest / SLOT_MS;
  }

  static int slotAt(long at) {
    return (int) (at / SLOT_MS);
  }

  static long add(long sum, long points, long at) {
    return Math.min(sum + points * growth(at), MAX_SUM);
  }

  /** What is left at `at`, in thousandths. */
  static int leftAt(LeadState state, long at) {
    long total = 0;
    final int now = slotAt(at);
    for (int index = 0; index < state.slotCount; index++) {
      final int age = now - state.slots[index];
      if (age >= SLOTS_KEPT) continue;
      total += age <= 0 ? state.sums[index] : state.sums[index] >> age;
    }
    return total == 0 ? 0 : (int) Math.min(total / growth(at), MAX_LEFT);
  }
}
