package dev.jobfeed.lease;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Who holds a lease.
 *
 * @param session the name of its transactions among the sessions of the database; no two processes share one
 * @param text for an operator: where to find the process, and its sessions
 */
public record LeaseOwner(String session, String text) {

    private static final String HOST = host();

    /** Returns the name of the machine that this process runs on, by which its clock is known. */
    public static String machine() {
        return HOST;
    }

    /** This process. A process id and a host say too little: containers have both in common. */
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
