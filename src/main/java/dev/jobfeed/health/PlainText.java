package dev.jobfeed.health;

/** Messages of checks: hosts print them into JSON as they are. */
final class PlainText {

    private PlainText() {}

    static String plain(String message) {
        return message.replaceAll("[\\p{Cntrl}\"\\\\]+", " ").strip();
    }
}
