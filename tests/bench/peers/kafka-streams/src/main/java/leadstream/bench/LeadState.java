package leadstream.bench;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What is remembered of a lead. Because nothing of the model is limited by a cap, awards need no list: sums per slot give the same score in
 * any order. Stored at fixed offsets; one object is reused for all leads of a task.
 */
final class LeadState {
  static final long NEVER = -1;
  static final int INTENT = 8;
  private static final int MOST_IDS = 64;
  private static final long ID_WINDOW_MS = 7L * 86_400_000;
  private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int FIXED = 52;
  private static final int SLOT_BYTES = 12;
  private static final int ID_BYTES = 12;

  int flags;
  int band;
  int score;
  int engagement;
  long at;
  long lastActiveAt;
  long lastActiveSignalAt;
  long crossingDue;
  int slotCount;
  final int[] slots = new int[HalfLife.SLOTS_KEPT + 2];
  final long[] sums = new long[HalfLife.SLOTS_KEPT + 2];
  private int idCount;
  private final int[] idHigh = new int[MOST_IDS + 1];
  private final int[] idLow = new int[MOST_IDS + 1];
  private final long[] idTimes = new long[MOST_IDS + 1];

  void clear() {
    flags = band = score = engagement = slotCount = idCount = 0;
    at = 0;
    lastActiveAt = lastActiveSignalAt = crossingDue = NEVER;
  }

  /** An id seen at most the window ago. */
  boolean isKnown(int high, int low, long now) {
    for (int index = idCount - 1; index >= 0; index--) {
      if (idHigh[index] == high && idLow[index] == low && now - idTimes[index] <= ID_WINDOW_MS) return true;
    }
    return false;
  }

  /** Appends an id and lets go of those that are too old or too many. */
  void remember(int high, int low, long time) {
    idHigh[idCount] = high;
    idLow[idCount] = low;
    idTimes[idCount] = time;
    idCount++;
    int gone = Math.max(0, idCount - MOST_IDS);
    while (gone < idCount - 1 && time - idTimes[gone] > ID_WINDOW_MS) gone++;
    if (gone == 0) return;
    idCount -= gone;
    System.arraycopy(idHigh, gone, idHigh, 0, idCount);
    System.arraycopy(idLow, gone, idLow, 0, idCount);
    System.arraycopy(idTimes, gone, idTimes, 0, idCount);
  }

  void addPoints(int points, long time) {
    final int slot = HalfLife.slotAt(time);
    int index = slotCount - 1;
    while (index >= 0 && slots[index] != slot) index--;
    if (index < 0) {
      if (slotCount == slots.length) dropOldestSlot();
      index = slotCount++;
      slots[index] = slot;
      sums[index] = 0;
    }
    sums[index] = HalfLife.add(sums[index], points, time);
  }

  private void dropOldestSlot() {
    int oldest = 0;
    for (int index = 1; index < slotCount; index++) if (slots[index] < slots[oldest]) oldest = index;
    slotCount--;
    slots[oldest] = slots[slotCount];
    sums[oldest] = sums[slotCount];
  }

  byte[] toBytes() {
    final byte[] bytes = new byte[FIXED + slotCount * SLOT_BYTES + idCount * ID_BYTES];
    bytes[0] = (byte) flags;
    bytes[1] = (byte) band;
    bytes[2] = (byte) slotCount;
    bytes[3] = (byte) idCount;
    INT.set(bytes, 4, score);
    INT.set(bytes, 8, engagement);
    LONG.set(bytes, 12, at);
    LONG.set(bytes, 20, lastActiveAt);
    LONG.set(bytes, 28, lastActiveSignalAt);
    LONG.set(bytes, 36, crossingDue);
    final long newest = idCount == 0 ? 0 : idTimes[idCount - 1];
    LONG.set(bytes, 44, newest);
    int place = FIXED;
    for (int index = 0; index < slotCount; index++, place += SLOT_BYTES) {
      INT.set(bytes, place, slots[index]);
      LONG.set(bytes, place + 4, sums[index]);
    }
    // Ids older than the window are gone: their distance to the newest fits an int.
    for (int index = 0; index < idCount; index++, place += ID_BYTES) {
      INT.set(bytes, place, idHigh[index]);
      INT.set(bytes, place + 4, idLow[index]);
      INT.set(bytes, place + 8, (int) (newest - idTimes[index]));
    }
    return bytes;
  }

  void read(byte[] bytes) {
    flags = bytes[0];
    band = bytes[1];
    slotCount = bytes[2];
    idCount = bytes[3];
    score = (int) INT.get(bytes, 4);
    engagement = (int) INT.get(bytes, 8);
    at = (long) LONG.get(bytes, 12);
    lastActiveAt = (long) LONG.get(bytes, 20);
    lastActiveSignalAt = (long) LONG.get(bytes, 28);
    crossingDue = (long) LONG.get(bytes, 36);
    final long newest = (long) LONG.get(bytes, 44);
    int place = FIXED;
    for (int index = 0; index < slotCount; index++, place += SLOT_BYTES) {
      slots[index] = (int) INT.get(bytes, place);
      sums[index] = (long) LONG.get(bytes, place + 4);
    }
    for (int index = 0; index < idCount; index++, place += ID_BYTES) {
      idHigh[index] = (int) INT.get(bytes, place);
      idLow[index] = (int) INT.get(bytes, place + 4);
      idTimes[index] = newest - (int) INT.get(bytes, place + 8);
    }
  }
}
