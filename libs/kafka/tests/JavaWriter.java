import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes random records with the Java client: every codec, outside of transactions and inside of committed and aborted ones. Prints how many records
 * count. Arguments: brokers, topic, seed, rounds.
 */
public final class JavaWriter {
  private static final String[] CODECS = {"none", "gzip", "snappy", "lz4", "zstd"};

  public static void main(String[] arguments) throws Exception {
    final String topic = arguments[1];
    final Random random = new Random(Long.parseLong(arguments[2]));
    final int rounds = Integer.parseInt(arguments[3]);
    int counted = 0;
    for (int codec = 0; codec < CODECS.length; codec++) {
      for (final boolean transactional : new boolean[] {false, true}) {
        try (KafkaProducer<byte[], byte[]> producer = producer(arguments[0], CODECS[codec], transactional ? topic + codec : null)) {
          if (transactional) producer.initTransactions();
          for (int round = 0; round < rounds; round++) counted += round(producer, topic, random, transactional);
        }
      }
    }
    System.out.println(counted);
  }

  /** One batch or a few; the number of records that count. */
  private static int round(KafkaProducer<byte[], byte[]> producer, String topic, Random random, boolean transactional) {
    final boolean aborts = transactional && random.nextInt(3) == 0;
    final int records = 1 + random.nextInt(40);
    if (transactional) producer.beginTransaction();
    for (int index = 0; index < records; index++) {
      producer.send(new ProducerRecord<>(topic, 0, timestamp(random), bytes(random, 40), bytes(random, 400), headers(random)));
      if (random.nextInt(15) == 0) producer.flush();
    }
    producer.flush();
    if (aborts) producer.abortTransaction();
    else if (transactional) producer.commitTransaction();
    return aborts ? 0 : records;
  }

  private static long timestamp(Random random) {
    return 1_700_000_000_000L + random.nextInt(1_000_000_000);
  }

  /** null, empty, easy and hard to compress. */
  private static byte[] bytes(Random random, int most) {
    final int kind = random.nextInt(8);
    if (kind == 0) return null;
    final byte[] bytes = new byte[kind == 1 ? 0 : random.nextInt(most)];
    if (kind < 5) random.nextBytes(bytes);
    return bytes;
  }

  private static List<Header> headers(Random random) {
    final List<Header> headers = new ArrayList<>();
    for (int index = random.nextInt(4); index > 0; index--) {
      headers.add(new RecordHeader("h" + index, random.nextInt(5) == 0 ? null : ByteBuffer.allocate(4).putInt(random.nextInt()).array()));
    }
    return headers;
  }

  private static KafkaProducer<byte[], byte[]> producer(String brokers, String codec, String transactionalId) {
    final Properties properties = new Properties();
    properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
    properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, codec);
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 20);
    properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 10_000);
    if (transactionalId != null) properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
