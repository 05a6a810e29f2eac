package dev.jobfeed.lease;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Identifies the owner of a lease.
 *
 * @param session the name of its transactions among the sessions of the database; unique per process
 * @param text for the operator: where to find the process and its sessions
 */
public record LeaseOwner(String session, String text) {

    private static final String HOST = host();

    /** Returns the host name of this process, which identifies the clock in use. */
    public static String machine() {
        return HOST;
    }

    /** Creates the owner for this process. Process id and host do not suffice: several containers may share both. */
    public static LeaseOwner currentProcess() {
        byte[] random = new byte[6];
        new SecureRandom().nextBytes(random);
        String session = "jobfeed-" + HexFormat.of().formatHex(random);
        return new LeaseOwner(
                session, "process " + ProcessHandle.current().pid() + " on " + HOST + " (" + session + ")");
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
