package dev.jobfeed.health;

/** Formats messages of health checks, which hosts print into JSON without escaping. */
final class HealthMessage {

    private HealthMessage() {}

    static String plain(String message) {
        return message.replaceAll("[\\p{Cntrl}\"\\\\]+", " ").strip();
    }
}
