package leadstream.bench;

import java.nio.charset.StandardCharsets;

/** Reads Avro binary from a window of a byte array; one is reused for all records of a task. */
final class AvroInput {
  byte[] bytes;
  int at;
  int end;

  void window(byte[] bytes, int start) {
    this.bytes = bytes;
    this.at = start;
    this.end = bytes.length;
  }

  long readLong() {
    final byte[] bytes = this.bytes;
    int position = at;
    long zigzag = 0;
    int shift = 0;
    byte next;
    do {
      next = bytes[position++];
      zigzag |= (long) (next & 0x7f) << shift;
      shift += 7;
    } while (next < 0 && shift < 70);
    if (next < 0) throw new IllegalArgumentException("varint too long");
    at = position;
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  boolean readBoolean() {
    final byte value = bytes[at++];
    if ((value & 0xfe) != 0) throw new IllegalArgumentException("not a boolean");
    return value == 1;
  }

  /** Branch of a union of null and one other type. */
  boolean present() {
    final byte branch = bytes[at++];
    if (branch == 0) return false;
    if (branch == 2) return true;
    throw new IllegalArgumentException("no such branch of the union");
  }

  String readString() {
    final int length = (int) readLong();
    final int start = at;
    if (length < 0 || start + length > end) throw new IllegalArgumentException("record is truncated");
    at = start + length;
    return new String(bytes, start, length, StandardCharsets.UTF_8);
  }

  String readOptionalString() {
    return present() ? readString() : null;
  }

  void finish() {
    if (at != end) throw new IllegalArgumentException("bytes are left after the record");
  }
}
