package leadstream.bench;

import java.util.HashMap;
import java.util.Map;

/** Every field of leadstream.Touch, decoded; one object is reused for all records of a task. A profile does not occur in the bench. */
final class Touch {
  String eventId;
  String leadId;
  long occurredAt;
  String producer;
  boolean imported;
  String kind;
  String channel;
  String campaign;
  String content;
  long dwellMs;
  Map<String, String> properties;

  void read(AvroInput in) {
    eventId = in.readString();
    leadId = in.readString();
    occurredAt = in.readLong();
    producer = in.readString();
    imported = in.readBoolean();
    kind = in.readString();
    channel = in.readOptionalString();
    campaign = in.readOptionalString();
    content = in.readOptionalString();
    dwellMs = in.present() ? in.readLong() : -1;
    properties = readProperties(in);
    if (in.present() || imported) throw new IllegalArgumentException("the bench has no profiles and no imported touches");
    in.finish();
  }

  private static Map<String, String> readProperties(AvroInput in) {
    long count = in.readLong();
    if (count == 0) return Map.of();
    final Map<String, String> properties = new HashMap<>();
    for (; count != 0; count = in.readLong()) {
      if (count < 0) {
        count = -count;
        in.readLong();
      }
      for (long index = 0; index < count; index++) properties.put(in.readString(), in.readString());
    }
    return properties;
  }
}
