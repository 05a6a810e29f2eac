package dev.jobfeed;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * Runs servers of a company's network: one that terminates TLS with the certificate of a private authority, and a
 * forward proxy.
 */
final class CompanyNetwork implements AutoCloseable {

    private final ServerSocket listening;
    private final List<String> requests = new CopyOnWriteArrayList<>();

    private CompanyNetwork(ServerSocket listening) {
        this.listening = listening;
    }

    /** Creates a private authority and its certificate for localhost: {@code authority.pem}, {@code server.p12}. */
    static void makeCertificates(Path directory) throws Exception {
        keytool(
                directory,
                "-genkeypair",
                "-alias",
                "ca",
                "-keystore",
                "ca.p12",
                "-dname",
                "CN=Authority",
                "-ext",
                "bc:c");
        keytool(directory, "-exportcert", "-rfc", "-alias", "ca", "-keystore", "ca.p12", "-file", "authority.pem");
        keytool(directory, "-genkeypair", "-alias", "server", "-keystore", "server.p12", "-dname", "CN=localhost");
        keytool(directory, "-certreq", "-alias", "server", "-keystore", "server.p12", "-file", "server.csr");
        keytool(
                directory,
                "-gencert",
                "-rfc",
                "-alias",
                "ca",
                "-keystore",
                "ca.p12",
                "-infile",
                "server.csr",
                "-outfile",
                "server.pem",
                "-ext",
                "san=dns:localhost");
        keytool(
                directory,
                "-importcert",
                "-noprompt",
                "-alias",
                "ca",
                "-keystore",
                "server.p12",
                "-file",
                "authority.pem");
        keytool(directory, "-importcert", "-alias", "server", "-keystore", "server.p12", "-file", "server.pem");
        keytool(
                directory,
                "-importcert",
                "-noprompt",
                "-alias",
                "ca",
                "-keystore",
                "authority.p12",
                "-file",
                "authority.pem");
    }

    private static void keytool(Path directory, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        if (List.of(arguments).contains("-keystore")) {
            command.addAll(List.of("-storepass", "changeit", "-storetype", "PKCS12"));
        }
        if (List.of(arguments).contains("-genkeypair")) {
            command.addAll(List.of("-keyalg", "EC", "-validity", "2"));
        }
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(output);
        }
    }

    /** Terminates TLS in front of a local port. */
    static CompanyNetwork before(int port, Path directory) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in =
                new FileInputStream(directory.resolve("server.p12").toFile())) {
            store.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        CompanyNetwork network = new CompanyNetwork(
                context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        network.serve(client -> join(client, new Socket(InetAddress.getLoopbackAddress(), port)));
        return network;
    }

    /** Runs a forward proxy: a tunnel for CONNECT, and absolute URLs for plain HTTP. */
    static CompanyNetwork proxy() throws IOException {
        CompanyNetwork proxy = new CompanyNetwork(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        proxy.serve(client -> {
            InputStream in = client.getInputStream();
            String head = readHead(in);
            String[] request = head.split(" ", 3);
            proxy.requests.add(request[0] + " " + request[1]);
            if (request[0].equals("CONNECT")) {
                String[] hostAndPort = request[1].split(":");
                client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                join(client, new Socket(hostAndPort[0], Integer.parseInt(hostAndPort[1])));
            } else {
                URI target = URI.create(request[1]);
                Socket server = new Socket(target.getHost(), target.getPort());
                server.getOutputStream()
                        .write((request[0] + " " + target.getRawPath()
                                        + (target.getRawQuery() == null ? "" : "?" + target.getRawQuery()) + " "
                                        + request[2]
                                                .replaceFirst("(?i)\r\nConnection: [^\r]*", "")
                                                .replaceFirst("\r\n", "\r\nConnection: close\r\n"))
                                .getBytes(StandardCharsets.ISO_8859_1));
                join(client, server);
            }
        });
        return proxy;
    }

    private static String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no request");
            }
            head.append((char) next);
        }
        return head.toString();
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Returns the requests to the proxy: method and target. */
    List<String> requests() {
        return requests;
    }

    private interface Service {
        void take(Socket client) throws IOException;
    }

    private void serve(Service service) {
        daemon(() -> {
            while (!listening.isClosed()) {
                try {
                    Socket client = listening.accept();
                    daemon(() -> {
                        try {
                            service.take(client);
                        } catch (IOException e) {
                            close(client);
                        }
                    });
                } catch (IOException e) {
                    // closed, or a single connection that failed
                }
            }
        });
    }

    private static void join(Socket one, Socket other) {
        daemon(() -> copy(one, other));
        copy(other, one);
    }

    private static void copy(Socket from, Socket to) {
        byte[] buffer = new byte[8192];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                out.write(buffer, 0, length);
                out.flush();
            }
        } catch (IOException e) {
            // one side closed; closing the socket closes the other one
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // already closed
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "front");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
