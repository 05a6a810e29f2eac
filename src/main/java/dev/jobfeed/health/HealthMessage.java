package dev.jobfeed.health;

/** Formats messages of health checks, which hosts print into JSON without escaping. */
final class PlainText {

    private PlainText() {}

    static String plain(String message) {
        return message.replaceAll("[\\p{Cntrl}\"\\\\]+", " ").strip();
    }
}
