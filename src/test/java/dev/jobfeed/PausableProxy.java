package dev.jobfeed;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Forwards connections to a local port, and can stop silently, as a network does. */
final class PausableProxy implements AutoCloseable {

    private final ServerSocket listening;
    private final int target;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final Object gate = new Object();
    private long left = Long.MAX_VALUE;

    private PausableProxy(ServerSocket listening, int target) {
        this.listening = listening;
        this.target = target;
    }

    static PausableProxy to(int port) throws IOException {
        PausableProxy proxy = new PausableProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
        daemon(proxy::accept);
        return proxy;
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Forwards this number of bytes, of both directions and all connections, and then pauses. */
    void pauseAfter(long bytes) {
        synchronized (gate) {
            left = bytes;
        }
    }

    /** Continues after a pause. */
    void resume() {
        synchronized (gate) {
            left = Long.MAX_VALUE;
            gate.notifyAll();
        }
    }

    private void accept() {
        while (true) {
            try {
                Socket client = listening.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.add(client);
                sockets.add(server);
                daemon(() -> forward(client, server));
                daemon(() -> forward(server, client));
            } catch (IOException e) {
                if (listening.isClosed()) {
                    return;
                }
            }
        }
    }

    private void forward(Socket from, Socket to) {
        byte[] buffer = new byte[8192];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                int carried = pass(length, 0);
                out.write(buffer, 0, carried);
                while (carried < length) {
                    int more = pass(length - carried, 1);
                    out.write(buffer, carried, more);
                    carried += more;
                }
            }
        } catch (IOException e) {
            // one side closed; closing the socket closes the other one
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns how many of the requested bytes may pass now; waits until at least {@code least} may. */
    private int pass(int wanted, int least) throws InterruptedException {
        synchronized (gate) {
            while (left < least) {
                gate.wait();
            }
            int passing = (int) Math.min(left, wanted);
            left -= passing;
            return passing;
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        resume();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
