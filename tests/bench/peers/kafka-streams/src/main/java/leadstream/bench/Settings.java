package leadstream.bench;

import java.util.HashMap;
import java.util.Map;

/** Settings from arguments of the form name=value. */
final class Settings {
  final String brokers;
  final String applicationId;
  final String input;
  final String incarnation;
  final String scores;
  final String signals;
  final String stateDir;
  final int touchSchemaId;
  final int scoreSchemaId;
  final int signalSchemaId;
  final int threads;
  final long cacheBytes;
  final int commitIntervalMs;
  final int sessionTimeoutMs;

  Settings(String[] arguments) {
    final Map<String, String> given = new HashMap<>();
    for (String argument : arguments) {
      final int split = argument.indexOf('=');
      if (split < 1) throw new IllegalArgumentException(argument + " is not name=value");
      given.put(argument.substring(0, split), argument.substring(split + 1));
    }
    brokers = text(given, "brokers");
    applicationId = text(given, "applicationId");
    input = text(given, "input");
    incarnation = text(given, "incarnation");
    scores = text(given, "scores");
    signals = text(given, "signals");
    stateDir = text(given, "stateDir");
    touchSchemaId = number(given, "touchSchemaId");
    scoreSchemaId = number(given, "scoreSchemaId");
    signalSchemaId = number(given, "signalSchemaId");
    threads = number(given, "threads");
    cacheBytes = number(given, "cacheMb") * 1024L * 1024;
    commitIntervalMs = number(given, "commitIntervalMs");
    sessionTimeoutMs = number(given, "sessionTimeoutMs");
  }

  private static String text(Map<String, String> given, String name) {
    final String value = given.get(name);
    if (value == null) throw new IllegalArgumentException(name + "=… is missing");
    return value;
  }

  private static int number(Map<String, String> given, String name) {
    return Integer.parseInt(text(given, name));
  }
}
