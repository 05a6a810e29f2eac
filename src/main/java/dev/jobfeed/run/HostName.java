package dev.jobfeed.run;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** This machine's name, to tell lease holders apart. */
final class HostName {

    static final String LOCAL = find();

    private HostName() {}

    private static String find() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
