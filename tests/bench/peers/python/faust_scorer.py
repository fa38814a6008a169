"""The bench's fold on faust-streaming: RocksDB table with a changelog, at least once, its safest that works. Arguments: name=value. Ends on SIGTERM."""

import sys

import faust
from bench_fold import BenchFold, settings_of

settings = settings_of(sys.argv[1:])
fold = BenchFold(settings)
session_seconds = int(settings["sessionTimeoutMs"]) / 1000
app = faust.App(
    settings["applicationId"],
    broker=f"aiokafka://{settings['brokers']}",
    store="rocksdb://",
    datadir=settings["stateDir"],
    web_enabled=False,
    topic_partitions=4,
    topic_allow_declare=True,
    consumer_auto_offset_reset="earliest",
    broker_commit_interval=int(settings["commitIntervalMs"]) / 1000,
    broker_commit_every=1_000_000,
    broker_session_timeout=session_seconds,
    broker_heartbeat_interval=session_seconds / 4,
    broker_max_poll_records=10_000,
    stream_buffer_maxsize=16_384,
    producer_linger=0.02,
    producer_max_batch_size=262_144,
)


def topic(name):
    return app.topic(name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")


scores, signals = topic(settings["scores"]), topic(settings["signals"])
# Bytes go raw into store and changelog.
leads = app.Table("leads", partitions=4, key_type=bytes, value_type=bytes)


@app.agent(topic(settings["input"]))
async def score(stream):
    async for event in stream.events():
        value = event.value
        if not fold.is_touch(value):
            continue
        message = event.message
        partition = message.partition
        at = int(message.timestamp * 1000 + 0.5)
        stored, made = fold.fold(leads.get(event.key), event.key, value, partition, message.offset, at)
        leads[event.key] = stored
        await scores.send(key=event.key, value=made[0], partition=partition)
        for signal in made[1:]:
            await signals.send(key=event.key, value=signal, partition=partition)


faust.Worker(app, loglevel="WARN").execute_from_commandline()
