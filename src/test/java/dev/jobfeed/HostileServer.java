package dev.jobfeed;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Runs a server that sends invalid HTTP. Each connection gets one response. */
final class HostileServer implements AutoCloseable {

    /** Writes a response, including its head. */
    @FunctionalInterface
    interface Reply {
        void to(OutputStream client) throws IOException;
    }

    /** Selects the response to a request. */
    @FunctionalInterface
    interface Script {
        Reply on(String path);
    }

    private final ServerSocket socket;
    private final Script script;
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final Set<Socket> clients = ConcurrentHashMap.newKeySet();

    private HostileServer(ServerSocket socket, Script script) {
        this.socket = socket;
        this.script = script;
    }

    static HostileServer start(Script script) throws IOException {
        HostileServer server = new HostileServer(new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1")), script);
        thread(server::accept);
        return server;
    }

    String url() {
        return "http://127.0.0.1:" + socket.getLocalPort();
    }

    /** Returns the heads of the requests so far, in lower case. */
    List<String> heads() {
        return heads;
    }

    /** Returns a response with a body of known length. */
    static Reply answer(int status, String headers, byte[] body) {
        return client -> {
            client.write(ascii("HTTP/1.1 " + status + " Hm\r\n" + headers + "Content-Length: " + body.length
                    + "\r\nConnection: close\r\n\r\n"));
            client.write(body);
        };
    }

    /** Returns a 200 response with a body of known length. */
    static Reply answer(String body) {
        return answer(200, "", body.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns a response whose body ends with the connection. */
    static Reply stream(int status, String headers, Reply body) {
        return client -> {
            client.write(ascii("HTTP/1.1 " + status + " Hm\r\n" + headers + "Connection: close\r\n\r\n"));
            body.to(client);
        };
    }

    /** Writes a text repeatedly. */
    static void repeat(OutputStream client, String text, long times) throws IOException {
        int many = Math.max(1, 32_768 / text.length());
        byte[] block = ascii(text.repeat(many));
        for (long left = times; left > 0; left -= many) {
            client.write(block, 0, text.length() * (int) Math.min(many, left));
        }
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                clients.add(client);
                thread(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            String head = readHead(new BufferedInputStream(client.getInputStream()));
            if (!head.isEmpty()) {
                heads.add(head.toLowerCase(Locale.ROOT));
                script.on(head.split(" ")[1]).to(client.getOutputStream());
            }
        } catch (IOException e) {
            // the client closed the connection
        } finally {
            clients.remove(client);
        }
    }

    private static String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                return "";
            }
            head.append((char) c);
        }
        int length = head.toString()
                .lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
                .mapToInt(line -> Integer.parseInt(line.substring(15).strip()))
                .findFirst()
                .orElse(0);
        in.skipNBytes(length);
        return head.toString();
    }

    private static void thread(Runnable work) {
        Thread thread = new Thread(work, "hostile-server");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            socket.close();
            for (Socket client : clients) {
                client.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
