package dev.jobfeed.sandbox.jobby;

import java.util.SplittableRandom;

/** Draws ids of the API's form: a prefix and base32-like characters, the same ones for the same seed. */
final class IdGenerator {

    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

    private final SplittableRandom random;

    IdGenerator(long seed) {
        random = new SplittableRandom(seed);
    }

    synchronized String next(String prefix, int length) {
        StringBuilder name = new StringBuilder(prefix);
        for (int i = 0; i < length; i++) {
            name.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return name.toString();
    }

    synchronized int below(int bound) {
        return random.nextInt(bound);
    }
}
