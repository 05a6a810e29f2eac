package dev.jobfeed;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.kafka.common.Uuid;

/** Runs a message broker as a separate process on a local port; its messages survive a kill. */
final class Broker implements AutoCloseable {

    private static final Duration DEADLINE = Duration.ofMinutes(2);

    private final int port;
    private final Path directory;
    private final List<String> main;
    private Process process;

    private Broker(int port, Path directory, List<String> main) {
        this.port = port;
        this.directory = directory;
        this.main = main;
    }

    /** Creates a Kafka with one node and without ZooKeeper; does not start it. */
    static Broker kafka(Path directory) throws Exception {
        int port = freePort();
        int controller = freePort();
        Path properties = directory.resolve("kafka.properties");
        Files.write(
                properties,
                List.of(
                        "process.roles=broker,controller",
                        "node.id=1",
                        "controller.quorum.voters=1@127.0.0.1:" + controller,
                        "listeners=PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controller,
                        "advertised.listeners=PLAINTEXT://127.0.0.1:" + port,
                        "controller.listener.names=CONTROLLER",
                        "log.dirs=" + directory.resolve("kafka"),
                        "num.partitions=3",
                        "offsets.topic.replication.factor=1",
                        "offsets.topic.num.partitions=1",
                        "group.initial.rebalance.delay.ms=0",
                        // a message is on disk when it is acknowledged, as it is on three nodes of a cluster
                        "log.flush.interval.messages=1"));
        Broker broker = new Broker(port, directory, List.of("kafka.Kafka", properties.toString()));
        broker.java(List.of(
                        "kafka.tools.StorageTool",
                        "format",
                        "-t",
                        Uuid.randomUuid().toString(),
                        "-c",
                        "" + properties))
                .waitFor();
        return broker;
    }

    /** Creates an Artemis with a journal; does not start it. */
    static Broker artemis(Path directory) throws IOException {
        int port = freePort();
        return new Broker(
                port,
                directory,
                List.of(
                        Artemis.class.getName(),
                        Integer.toString(port),
                        directory.resolve("artemis").toString()));
    }

    int port() {
        return port;
    }

    /** Starts the broker on its port; returns when it listens. */
    void start() throws IOException {
        process = java(main);
        await().atMost(DEADLINE).pollInterval(Duration.ofMillis(100)).until(this::isListening);
    }

    private boolean isListening() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 500);
            return true;
        } catch (IOException e) {
            if (!process.isAlive()) {
                throw new IllegalStateException("The broker ended; see its log in " + directory, e);
            }
            return false;
        }
    }

    /** Sends SIGKILL and waits for the end of the process. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    private Process java(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(arguments);
        File log = directory.resolve("broker-" + UUID.randomUUID() + ".log").toFile();
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws InterruptedException {
        if (process != null) {
            kill();
        }
    }

    /** Runs an Artemis with a port and the directory of its journal. */
    static final class Artemis {

        private Artemis() {}

        public static void main(String[] arguments) throws Exception {
            ConfigurationImpl configuration = new ConfigurationImpl();
            configuration.setSecurityEnabled(false);
            configuration.setJMXManagementEnabled(false);
            configuration.setJournalDirectory(arguments[1] + "/journal");
            configuration.setBindingsDirectory(arguments[1] + "/bindings");
            configuration.setLargeMessagesDirectory(arguments[1] + "/large");
            configuration.setPagingDirectory(arguments[1] + "/paging");
            configuration.addAcceptorConfiguration("tcp", "tcp://127.0.0.1:" + arguments[0]);
            new EmbeddedActiveMQ().setConfiguration(configuration).start();
        }
    }
}
