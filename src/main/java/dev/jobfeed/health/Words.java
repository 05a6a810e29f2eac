package dev.jobfeed.health;

/** Messages of checks: hosts print them into JSON as they are. */
final class Words {

    private Words() {}

    static String plain(String message) {
        return message.replaceAll("[\\p{Cntrl}\"\\\\]+", " ").strip();
    }
}
