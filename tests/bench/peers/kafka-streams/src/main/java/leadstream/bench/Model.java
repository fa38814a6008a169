package leadstream.bench;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The numbers of tests/bench/models/bench.yaml. */
final class Model {
  static final byte[] NAME = text("bench");
  static final int VERSION = 1;
  static final int MAX_SCORE = 100_000;
  static final byte[][] BAND_NAMES = {text("pool"), text("mql"), text("sql")};
  private static final int[] BAND_FROM = {0, 40_000, 80_000};
  private static final int[] BAND_KEEP = {0, 38_000, 78_000};
  static final long LATE_MS = 600_000;
  static final long CLAMP_PAST_MS = 90L * 86_400_000;
  static final long CLAMP_FUTURE_MS = 300_000;
  static final long ACTIVITY_EVERY_MS = 3_600_000;
  static final String HOT_TOUCH = "demo-request";
  private static final Map<String, Rule> RULES =
      Map.of(
          "page-view", new Rule("page-view", 1_000),
          "email-open", new Rule("email-open", 2_000),
          "email-click", new Rule("email-click", 3_000),
          "download", new Rule("download", 5_000),
          "webinar", new Rule("webinar", 15_000),
          "pricing-view", new Rule("pricing-view", 15_000),
          "demo-request", new Rule("demo-request", 20_000));

  private Model() {}

  record Rule(byte[] id, int points) {
    Rule(String id, int points) {
      this(text(id), points);
    }
  }

  static Rule ruleOf(String kind) {
    return RULES.get(kind);
  }

  static int bandOf(int score, int present) {
    int natural = 0;
    for (int index = BAND_FROM.length - 1; index > 0; index--) {
      if (score >= BAND_FROM[index]) {
        natural = index;
        break;
      }
    }
    return present > natural && score >= BAND_KEEP[present] ? present : natural;
  }

  static int clamp(int raw) {
    return Math.min(Math.max(raw, 0), MAX_SCORE);
  }

  /** First millisecond at which decay alone takes the lead out of its band. */
  static long nextCrossing(LeadState state, int band, long at) {
    if (band == 0 || state.slotCount == 0) return LeadState.NEVER;
    final int low = BAND_KEEP[band];
    long outside = at + HalfLife.LIFE_MS;
    if (clamp(HalfLife.leftAt(state, outside)) >= low) return LeadState.NEVER;
    long inside = at;
    while (outside - inside > 1) {
      final long middle = (inside + outside) >>> 1;
      if (clamp(HalfLife.leftAt(state, middle)) < low) outside = middle;
      else inside = middle;
    }
    return outside;
  }

  static byte[] text(String value) {
    return value.getBytes(StandardCharsets.UTF_8);
  }
}
