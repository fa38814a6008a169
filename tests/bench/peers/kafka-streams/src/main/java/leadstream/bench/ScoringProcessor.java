package leadstream.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** The fold of the bench: one Score per touch with its ledger rows, a Signal when a band is crossed and at most hourly when a lead is active. */
final class ScoringProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  static final String STORE = "leads";
  static final String SCORES = "scores";
  static final String SIGNALS = "signals";
  private static final byte[] TOUCH = Model.text("touch");
  private static final byte[] DECAY = Model.text("decay");
  private static final byte[] CLAMP_MAX = Model.text("clamp:max");
  private static final byte[] OTHER = Model.text("other");
  private static final int AWARD = 0;
  private static final int FADED = 2;
  private static final int CLAMP = 4;
  private static final int ENGAGEMENT = 1;
  private static final int MOST_ROWS = 4;
  private static final int CROSSED = 1;
  private static final int ACTIVE = 2;
  private static final int GRADE_C = 2;
  private static final int COUNTED = 0, DUPLICATE = 1, LATE = 2, CLAMPED = 3, UNKNOWN = 4;

  private final Settings settings;
  private final byte[] inputTopic;
  private final byte[] incarnation;
  private final AvroInput in = new AvroInput();
  private final AvroOutput out = new AvroOutput();
  private final Touch touch = new Touch();
  private final LeadState state = new LeadState();
  private final byte[][] rowRule = new byte[MOST_ROWS][];
  private final int[] rowKind = new int[MOST_ROWS];
  private final int[] rowPoints = new int[MOST_ROWS];
  private final long[] rowAt = new long[MOST_ROWS];
  private int rows;
  private ProcessorContext<byte[], byte[]> context;
  private KeyValueStore<byte[], byte[]> store;
  private int partition;

  ScoringProcessor(Settings settings) {
    this.settings = settings;
    this.inputTopic = Model.text(settings.input);
    this.incarnation = Model.text(settings.incarnation);
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    this.store = context.getStateStore(STORE);
    this.partition = context.taskId().partition();
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    final byte[] value = record.value();
    if (value == null || value.length < 5 || value[0] != 0) throw new IllegalArgumentException("not the wire format");
    // Published models and ticks: the model of this program is fixed.
    if (ByteBuffer.wrap(value).getInt(1) != settings.touchSchemaId) return;
    in.window(value, 5);
    touch.read(in);
    final byte[] key = record.key();
    if (!Arrays.equals(key, touch.leadId.getBytes(StandardCharsets.UTF_8))) throw new IllegalArgumentException("the key is not the lead");
    final byte[] stored = store.get(key);
    if (stored == null) state.clear();
    else state.read(stored);
    final long offset = context.recordMetadata().get().offset();
    fold(record, context.currentStreamTimeMs(), offset);
    store.put(key, state.toBytes());
  }

  private void fold(Record<byte[], byte[]> record, long now, long offset) {
    final int high = hash(touch.eventId);
    final int low = secondHash(touch.eventId);
    final boolean known = state.isKnown(high, low, now);
    int verdict = COUNTED;
    long effectiveAt = touch.occurredAt;
    if (effectiveAt < now - Model.CLAMP_PAST_MS) {
      effectiveAt = now - Model.CLAMP_PAST_MS;
      verdict = CLAMPED;
    } else if (effectiveAt > now + Model.CLAMP_FUTURE_MS) {
      effectiveAt = now + Model.CLAMP_FUTURE_MS;
      verdict = CLAMPED;
    } else if (effectiveAt < now - Model.LATE_MS) verdict = LATE;
    final long countsAt = Math.min(effectiveAt, now);
    final long at = Math.max(state.at, now);
    final int cutBefore = state.score - state.engagement;
    rows = 0;
    int engagement = state.engagement;
    if (at != state.at) {
      final int left = HalfLife.leftAt(state, at);
      if (left != engagement) row(DECAY, FADED, left - engagement, at);
      engagement = left;
    }
    state.at = at;
    if (known) verdict = DUPLICATE;
    else {
      if (touch.kind.equals(Model.HOT_TOUCH)) state.flags |= LeadState.INTENT;
      if (countsAt > state.lastActiveAt) state.lastActiveAt = countsAt;
      final Model.Rule rule = Model.ruleOf(touch.kind);
      if (rule == null) verdict = UNKNOWN;
      else engagement = award(rule, engagement, countsAt, at);
      state.remember(high, low, now);
    }
    state.engagement = engagement;
    state.score = Model.clamp(engagement);
    final int cut = state.score - engagement;
    if (cut != cutBefore) row(CLAMP_MAX, CLAMP, cut - cutBefore, at);
    final int bandBefore = state.band;
    state.band = Model.bandOf(state.score, bandBefore);
    state.crossingDue = Model.nextCrossing(state, state.band, at);
    emit(record, now, offset, effectiveAt, verdict, bandBefore);
  }

  private int award(Model.Rule rule, int engagement, long countsAt, long at) {
    state.addPoints(rule.points(), countsAt);
    row(rule.id(), AWARD, rule.points(), countsAt);
    final int after = HalfLife.leftAt(state, at);
    final int rest = after - engagement - rule.points();
    if (rest != 0) row(DECAY, FADED, rest, at);
    return after;
  }

  private void row(byte[] rule, int kind, int points, long at) {
    rowRule[rows] = rule;
    rowKind[rows] = kind;
    rowPoints[rows] = points;
    rowAt[rows] = at;
    rows++;
  }

  private void emit(Record<byte[], byte[]> record, long now, long offset, long effectiveAt, int verdict, int bandBefore) {
    final byte[] key = record.key();
    final byte[] eventId = touch.eventId.getBytes(StandardCharsets.UTF_8);
    context.forward(record.withValue(score(key, eventId, now, offset, effectiveAt, verdict)), SCORES);
    int n = 1;
    if (state.band != bandBefore) context.forward(record.withValue(signal(CROSSED, key, eventId, now, offset, n++, bandBefore)), SIGNALS);
    final boolean quiet = state.lastActiveSignalAt != LeadState.NEVER && state.at - state.lastActiveSignalAt < Model.ACTIVITY_EVERY_MS;
    if (verdict == DUPLICATE || quiet) return;
    context.forward(record.withValue(signal(ACTIVE, key, eventId, now, offset, n, bandBefore)), SIGNALS);
    state.lastActiveSignalAt = state.at;
  }

  private void source(long offset, int n) {
    out.writeText(inputTopic);
    out.writeText(incarnation);
    out.writeLong(partition);
    out.writeLong(offset);
    out.writeLong(n);
    // Dense numbers are this project's own second line of defence; the peer has none.
    out.writeLong(0);
  }

  private int temperature() {
    return (state.flags & LeadState.INTENT) != 0 ? 2 : 1;
  }

  private byte[] score(byte[] leadId, byte[] eventId, long now, long offset, long effectiveAt, int verdict) {
    out.begin(settings.scoreSchemaId);
    source(offset, 0);
    out.writeLong(now);
    out.writeText(leadId);
    out.writeOptionalText(eventId);
    out.writeText(TOUCH);
    out.writeOptionalText(Model.text(touch.kind));
    out.writeLong(touch.occurredAt);
    out.writeLong(effectiveAt);
    out.writeByte(0);
    out.writeLong(verdict);
    out.writeText(Model.NAME);
    out.writeLong(Model.VERSION);
    out.writeLong(state.score);
    out.writeLong(0);
    out.writeLong(state.engagement);
    out.writeText(Model.BAND_NAMES[state.band]);
    out.writeLong(GRADE_C);
    out.writeLong(temperature());
    if (rows > 0) {
      out.writeLong(rows);
      for (int index = 0; index < rows; index++) {
        out.writeText(rowRule[index]);
        out.writeLong(rowKind[index]);
        out.writeLong(ENGAGEMENT);
        out.writeLong(rowPoints[index]);
        out.writeLong(rowAt[index]);
      }
    }
    out.writeByte(0);
    return out.toBytes();
  }

  private byte[] signal(int kind, byte[] leadId, byte[] eventId, long now, long offset, int n, int bandBefore) {
    out.begin(settings.signalSchemaId);
    source(offset, n);
    out.writeLong(now);
    out.writeText(leadId);
    out.writeLong(kind);
    out.writeOptionalText(eventId);
    out.writeByte(0);
    out.writeLong(state.score);
    out.writeOptionalText(Model.BAND_NAMES[state.band]);
    if (kind == CROSSED) out.writeOptionalText(Model.BAND_NAMES[bandBefore]);
    else out.writeByte(0);
    out.writeLong(kind != CROSSED ? 0 : state.band > bandBefore ? 1 : 2);
    out.writeByte(2);
    out.writeLong(GRADE_C);
    out.writeByte(2);
    out.writeLong(temperature());
    out.writeText(Model.NAME);
    out.writeLong(Model.VERSION);
    if (kind == CROSSED) attributes();
    else out.writeByte(0);
    // status, rep, reason, amount, command, toRep, toTeam, epoch, document, policyVersion; due; touch; currency.
    out.writeNulls(10);
    out.writeLong(0);
    if (kind == ACTIVE) out.writeOptionalText(Model.text(touch.kind));
    else out.writeByte(0);
    out.writeByte(0);
    return out.toBytes();
  }

  /** Of a lead of whom nothing but touches is known: the channel is "other", nine fields are null, there are no tags. */
  private void attributes() {
    out.writeByte(2);
    out.writeText(OTHER);
    out.writeNulls(9);
    out.writeByte(0);
  }

  /** FNV-1a over UTF-16 units. */
  private static int hash(String text) {
    int hash = 0x811c9dc5;
    for (int index = 0; index < text.length(); index++) hash = (hash ^ text.charAt(index)) * 0x01000193;
    return hash;
  }

  private static int secondHash(String text) {
    int hash = 0x9747b28c;
    for (int index = 0; index < text.length(); index++) {
      hash = (hash ^ text.charAt(index)) * 0x5bd1e995;
      hash ^= hash >>> 15;
    }
    return hash;
  }
}
