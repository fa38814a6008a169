"""The fold of the bench in Python: the same numbers as tests/bench/models/bench.yaml and the Kafka Streams peer, written lean.

Whoever runs it gives the state's bytes, the record and its place, and gets the new bytes, one score and up to two signals.
"""

import marshal
from hashlib import blake2b
from math import isqrt

DAY_MS = 86_400_000
SLOT_MS = 30 * DAY_MS
SLOTS_KEPT = 24
LIFE_MS = SLOT_MS * (SLOTS_KEPT + 1)
MAX_SUM = 1 << 52
STEPS = 1024
NEVER = -1
INTENT = 8
MOST_IDS = 64
ID_WINDOW_MS = 7 * DAY_MS
LATE_MS = 600_000
CLAMP_PAST_MS = 90 * DAY_MS
CLAMP_FUTURE_MS = 300_000
ACTIVITY_EVERY_MS = 3_600_000
MAX_SCORE = 100_000
BANDS = (b"pool", b"mql", b"sql")
BAND_FROM = (0, 40_000, 80_000)
BAND_KEEP = (0, 38_000, 78_000)
POINTS = {
    b"page-view": 1_000,
    b"email-open": 2_000,
    b"email-click": 3_000,
    b"download": 5_000,
    b"webinar": 15_000,
    b"pricing-view": 15_000,
    b"demo-request": 20_000,
}
AWARD, FADED, CLAMP = 0, 2, 4
COUNTED, DUPLICATE, LATE, CLAMPED, UNKNOWN = range(5)
CROSSED, ACTIVE = 1, 2
EMPTY = marshal.dumps((0, 0, 0, 0, 0, NEVER, NEVER, NEVER, [], [], [], []))


def make_table():
    """2^(n/1024) in 2^24ths, by integers alone."""
    bits = 120
    root = 2 << bits
    for _ in range(10):
        root = isqrt(root << bits)
    table, power = [], 1 << bits
    for _ in range(STEPS):
        table.append(power >> (bits - 24))
        power = (power * root) >> bits
    table.append(1 << 25)
    return table


TABLE = make_table()


def growth(at):
    scaled = at % SLOT_MS * STEPS
    index = scaled // SLOT_MS
    low = TABLE[index]
    return low + (TABLE[index + 1] - low) * (scaled - index * SLOT_MS) // SLOT_MS


def left_at(slots, sums, at):
    now = at // SLOT_MS
    total = 0
    for slot, amount in zip(slots, sums):
        age = now - slot
        if age < SLOTS_KEPT:
            total += amount if age <= 0 else amount >> age
    return total // growth(at) if total else 0


def clamp(points):
    return 0 if points < 0 else MAX_SCORE if points > MAX_SCORE else points


def band_of(score, present):
    natural = 2 if score >= 80_000 else 1 if score >= 40_000 else 0
    return present if present > natural and score >= BAND_KEEP[present] else natural


def next_crossing(slots, sums, band, at):
    if band == 0 or not slots:
        return NEVER
    low = BAND_KEEP[band]
    inside, outside = at, at + LIFE_MS
    if clamp(left_at(slots, sums, outside)) >= low:
        return NEVER
    while outside - inside > 1:
        middle = (inside + outside) >> 1
        if clamp(left_at(slots, sums, middle)) < low:
            outside = middle
        else:
            inside = middle
    return outside


def read_long(data, at):
    """Avro's zigzag varint; the value and the place behind it."""
    byte = data[at]
    at += 1
    if byte < 128:
        return (byte >> 1) ^ -(byte & 1), at
    value, shift = byte & 127, 7
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return (value >> 1) ^ -(value & 1), at
        shift += 7


def read_bytes(data, at):
    length, at = read_long(data, at)
    end = at + length
    return data[at:end], end


def read_touch(data):
    """Every field of leadstream.Touch, as the other sides read it; texts stay UTF-8."""
    event_id, at = read_bytes(data, 5)
    lead_id, at = read_bytes(data, at)
    occurred_at, at = read_long(data, at)
    _producer, at = read_bytes(data, at)
    at += 1
    kind, at = read_bytes(data, at)
    for _ in range(3):
        at += 1
        if data[at - 1]:
            _text, at = read_bytes(data, at)
    at += 1
    if data[at - 1]:
        _dwell, at = read_long(data, at)
    count, at = read_long(data, at)
    while count:
        if count < 0:
            count = -count
            _size, at = read_long(data, at)
        for _ in range(count):
            _name, at = read_bytes(data, at)
            _value, at = read_bytes(data, at)
        count, at = read_long(data, at)
    if data[at] or at + 1 != len(data):
        raise ValueError("the bench has no profiles")
    return event_id, lead_id, occurred_at, kind


def long(value):
    value = (value << 1) ^ (value >> 63)
    if value < 128:
        return bytes((value,))
    out = bytearray()
    while value > 127:
        out.append((value & 127) | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def text(value):
    return long(len(value)) + value


class BenchFold:
    """One per process; the stream's clock of each partition is the highest log time that it has shown."""

    def __init__(self, settings):
        self.touch_header = b"\0" + int(settings["touchSchemaId"]).to_bytes(4, "big")
        self.score_header = b"\0" + int(settings["scoreSchemaId"]).to_bytes(4, "big")
        self.signal_header = b"\0" + int(settings["signalSchemaId"]).to_bytes(4, "big")
        self.source = text(settings["input"].encode()) + text(settings["incarnation"].encode())
        self.clocks = {}

    def is_touch(self, value):
        """Published models and ticks are not: the model of this program is fixed."""
        return value is not None and value[:5] == self.touch_header

    def fold(self, stored, key, value, partition, offset, timestamp):
        event_id, lead_id, occurred_at, kind = read_touch(value)
        if key != lead_id:
            raise ValueError("the key is not the lead")
        now = self.clocks[partition] = max(self.clocks.get(partition, 0), timestamp)
        flags, band, score, engagement, at, active_at, told_at, _due, slots, sums, ids, times = marshal.loads(stored or EMPTY)
        number = int.from_bytes(blake2b(event_id, digest_size=8).digest(), "big", signed=True)
        known = number in ids and any(one == number and now - time <= ID_WINDOW_MS for one, time in zip(ids, times))
        verdict, effective_at = COUNTED, occurred_at
        if effective_at < now - CLAMP_PAST_MS:
            effective_at, verdict = now - CLAMP_PAST_MS, CLAMPED
        elif effective_at > now + CLAMP_FUTURE_MS:
            effective_at, verdict = now + CLAMP_FUTURE_MS, CLAMPED
        elif effective_at < now - LATE_MS:
            verdict = LATE
        counts_at = min(effective_at, now)
        cut_before = score - engagement
        rows = []
        if now > at:
            left = left_at(slots, sums, now)
            if left != engagement:
                rows.append((b"decay", FADED, left - engagement, now))
            engagement, at = left, now
        if known:
            verdict = DUPLICATE
        else:
            if kind == b"demo-request":
                flags |= INTENT
            if counts_at > active_at:
                active_at = counts_at
            points = POINTS.get(kind)
            if points is None:
                verdict = UNKNOWN
            else:
                engagement = award(rows, slots, sums, kind, points, engagement, counts_at, at)
            remember(ids, times, number, now)
        score = clamp(engagement)
        cut = score - engagement
        if cut != cut_before:
            rows.append((b"clamp:max", CLAMP, cut - cut_before, at))
        before, band = band, band_of(score, band)
        due = next_crossing(slots, sums, band, at)
        source = self.source + long(partition) + long(offset)
        head = long(now) + text(lead_id)
        temperature = b"\4" if flags & INTENT else b"\2"
        outputs = [self.score(source, head, event_id, kind, occurred_at, effective_at, verdict, score, engagement, band, temperature, rows)]
        if band != before:
            outputs.append(self.signal(CROSSED, source, len(outputs), head, event_id, score, band, before, temperature, kind))
        if verdict != DUPLICATE and (told_at == NEVER or at - told_at >= ACTIVITY_EVERY_MS):
            outputs.append(self.signal(ACTIVE, source, len(outputs), head, event_id, score, band, before, temperature, kind))
            told_at = at
        state = marshal.dumps((flags, band, score, engagement, at, active_at, told_at, due, slots, sums, ids, times))
        return state, outputs

    def score(self, source, head, event_id, kind, occurred_at, effective_at, verdict, score, engagement, band, temperature, rows):
        out = [
            self.score_header, source, b"\0\0", head, b"\2", text(event_id), b"\12touch\2", text(kind), long(occurred_at),
            long(effective_at), b"\0", long(verdict), b"\12bench\2", long(score), b"\0", long(engagement), text(BANDS[band]), b"\4", temperature,
        ]  # fmt: skip
        if rows:
            out.append(long(len(rows)))
            for rule, row_kind, points, at in rows:
                out += (text(rule), long(row_kind), b"\2", long(points), long(at))
        out.append(b"\0")
        return b"".join(out)

    def signal(self, kind, source, n, head, event_id, score, band, before, temperature, touch):
        crossed = kind == CROSSED
        return b"".join(
            (
                self.signal_header, source, long(n), b"\0", head, long(kind), b"\2", text(event_id), b"\0", long(score), b"\2", text(BANDS[band]),
                b"\2" + text(BANDS[before]) if crossed else b"\0", b"\0" if not crossed else b"\2" if band > before else b"\4",
                b"\2\4\2", temperature, b"\12bench\2",
                # A lead of whom nothing but touches is known: the channel is "other", nine fields are null, there are no tags.
                b"\2\12other" + bytes(10) if crossed else b"\0",
                bytes(12) if crossed else bytes(11) + b"\2" + text(touch),
            )
        )  # fmt: skip


def award(rows, slots, sums, kind, points, engagement, counts_at, at):
    slot = counts_at // SLOT_MS
    gained = points * growth(counts_at)
    if slot in slots:
        index = slots.index(slot)
        sums[index] = min(sums[index] + gained, MAX_SUM)
    else:
        slots.append(slot)
        sums.append(gained)
        if len(slots) > SLOTS_KEPT + 2:
            oldest = slots.index(min(slots))
            del slots[oldest], sums[oldest]
    rows.append((kind, AWARD, points, counts_at))
    after = left_at(slots, sums, at)
    if after - engagement - points:
        rows.append((b"decay", FADED, after - engagement - points, at))
    return after


def remember(ids, times, number, now):
    ids.append(number)
    times.append(now)
    gone = max(0, len(ids) - MOST_IDS)
    while gone < len(ids) - 1 and now - times[gone] > ID_WINDOW_MS:
        gone += 1
    if gone:
        del ids[:gone], times[:gone]


def settings_of(arguments):
    return dict(argument.split("=", 1) for argument in arguments)
