import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { findJavas, parseJavaVersion, requireJava } from "./java.ts";

describe("java discovery", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "leadstream-java-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A program that answers as `java -version` does. */
  const fakeJava = (relative: string, line: string, exitCode = 0): string => {
    const path = join(folder, relative);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, `#!/bin/sh\necho '${line}' >&2\nexit ${exitCode}\n`);
    chmodSync(path, 0o755);
    return path;
  };

  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['openjdk version "25" 2025-09-16 LTS', 25],
    ['java version "1.8.0_402"', 8],
    ["The operation couldn't be completed. Unable to locate a Java Runtime.", undefined],
  ])("reads %s", (line, expected) => {
    expect(parseJavaVersion(line)).toBe(expected);
  });

  it("looks in JAVA_HOME, then PATH, then the usual folders, each Java once", () => {
    const home = fakeJava("home/bin/java", 'openjdk version "21.0.1"');
    const onPath = fakeJava("path/java", 'openjdk version "17.0.2"');
    const usual = fakeJava("jvm/temurin-25/bin/java", 'openjdk version "25"');
    const mac = fakeJava("jvm/mac.jdk/Contents/Home/bin/java", 'openjdk version "23"');
    mkdirSync(join(folder, "jvm/alias/bin"), { recursive: true });
    symlinkSync(onPath, join(folder, "jvm/alias/bin/java"));
    fakeJava("jvm/broken/bin/java", "no java here", 1);
    const environment = { JAVA_HOME: join(folder, "home"), PATH: `${join(folder, "nowhere")}:${join(folder, "path")}` };
    expect(findJavas({ environment, folders: [join(folder, "jvm"), join(folder, "absent")] })).toEqual([
      { path: home, majorVersion: 21 },
      { path: onPath, majorVersion: 17 },
      { path: mac, majorVersion: 23 },
      { path: usual, majorVersion: 25 },
    ]);
  });

  it("takes the first that is new enough", () => {
    const javas = [
      { path: "/a", majorVersion: 17 },
      { path: "/b", majorVersion: 21 },
      { path: "/c", majorVersion: 25 },
    ];
    expect(requireJava("Kafka", 17, javas).path).toBe("/a");
    expect(requireJava("the registry", 21, javas).path).toBe("/b");
  });

  it("says what needs which Java, what was found, and how to get one", () => {
    const onlyOld = (): unknown => requireJava("Apicurio Registry", 21, [{ path: "/usr/bin/java", majorVersion: 17 }]);
    expect(onlyOld).toThrow(
      /Apicurio Registry needs Java 21 or newer; found Java 17 \(\/usr\/bin\/java\)[\s\S]*temurin-25-jdk[\s\S]*JAVA_HOME/,
    );
    expect(() => requireJava("Kafka", 17, [])).toThrow(/Kafka needs Java 17 or newer; found no Java at all/);
  });
});
