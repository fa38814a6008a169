package leadstream.bench;

import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** Runs the topology until SIGTERM. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws InterruptedException {
    final Settings settings = new Settings(arguments);
    final KafkaStreams streams = new KafkaStreams(topology(settings), properties(settings));
    final CountDownLatch ended = new CountDownLatch(1);
    streams.setUncaughtExceptionHandler(
        error -> {
          error.printStackTrace();
          Runtime.getRuntime().halt(1);
          return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  streams.close(Duration.ofSeconds(14));
                  ended.countDown();
                }));
    streams.start();
    ended.await();
  }

  static Topology topology(Settings settings) {
    StoreBuilder<KeyValueStore<byte[], byte[]>> store =
        Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(ScoringProcessor.STORE), Serdes.ByteArray(), Serdes.ByteArray())
            .withLoggingEnabled(Map.of());
    store = settings.cacheBytes > 0 ? store.withCachingEnabled() : store.withCachingDisabled();
    final ByteArrayDeserializer read = new ByteArrayDeserializer();
    final ByteArraySerializer write = new ByteArraySerializer();
    final Topology topology = new Topology();
    topology.addSource("events", read, read, settings.input);
    topology.addProcessor("scoring", () -> new ScoringProcessor(settings), "events");
    topology.addStateStore(store, "scoring");
    topology.addSink(ScoringProcessor.SCORES, settings.scores, write, write, "scoring");
    topology.addSink(ScoringProcessor.SIGNALS, settings.signals, write, write, "scoring");
    return topology;
  }

  private static Properties properties(Settings settings) {
    final Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, settings.applicationId);
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, settings.brokers);
    properties.put(StreamsConfig.STATE_DIR_CONFIG, settings.stateDir);
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, settings.commitIntervalMs);
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, settings.threads);
    properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, settings.cacheBytes);
    properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    properties.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 10_000);
    properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), settings.sessionTimeoutMs);
    properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), settings.sessionTimeoutMs / 4);
    properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 10_000);
    properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 4 << 20);
    // Large batches and no waiting beyond the commit: the prefetch of a backlog fills them.
    properties.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 256 << 10);
    properties.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 100);
    properties.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), 64L << 20);
    // Below the broker's limit for an abandoned transaction.
    properties.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), 10_000);
    return properties;
  }
}
