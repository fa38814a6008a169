"""The bench's fold on quix-streams: RocksDB state with a changelog, `exactly-once`. Arguments: name=value. Ends on SIGTERM."""

import sys

from bench_fold import BenchFold, settings_of
from quixstreams import Application, message_context

settings = settings_of(sys.argv[1:])
fold = BenchFold(settings)
app = Application(
    broker_address=settings["brokers"],
    consumer_group=settings["applicationId"],
    auto_offset_reset="earliest",
    processing_guarantee="exactly-once",
    commit_interval=int(settings["commitIntervalMs"]) / 1000,
    state_dir=settings["stateDir"],
    auto_create_topics=True,
    loglevel="WARNING",
    consumer_extra_config={"session.timeout.ms": int(settings["sessionTimeoutMs"]), "fetch.min.bytes": 1},
    # Large batches; the commit sends what is left. Below the broker's limit for an abandoned transaction.
    producer_extra_config={"linger.ms": 50, "batch.size": 262_144, "queue.buffering.max.messages": 500_000, "transaction.timeout.ms": 10_000},
)


def topic(name):
    return app.topic(name, key_deserializer="bytes", value_deserializer="bytes", key_serializer="bytes", value_serializer="bytes")


def step(value, key, timestamp, _headers, state):
    context = message_context()
    stored, outputs = fold.fold(state.get_bytes("lead"), key, value, context.partition, context.offset, timestamp)
    state.set_bytes("lead", stored)
    return outputs


events = app.dataframe(topic(settings["input"])).filter(fold.is_touch)
outputs = events.apply(step, stateful=True, metadata=True)
outputs.apply(lambda made: made[0]).to_topic(topic(settings["scores"]))
outputs.apply(lambda made: made[1:], expand=True).to_topic(topic(settings["signals"]))
app.run()
