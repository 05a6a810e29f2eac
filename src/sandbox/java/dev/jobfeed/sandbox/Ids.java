package dev.jobfeed.sandbox;

import java.util.UUID;

/**
 * Ids that look like random version 4 UUIDs and still lead back to their number.
 *
 * <p>A data set of a million jobs would otherwise need a map of a million ids to find one of them.
 */
final class Ids {

    static final int JOB = 1;
    static final int COMPANY = 2;
    static final int UNKNOWN_JOB = 3;

    private static final int FIRST = 0x7FEB352D;
    private static final int SECOND = 0x846CA68B;
    private static final int FIRST_BACK = inverse(FIRST);
    private static final int SECOND_BACK = inverse(SECOND);

    private Ids() {}

    static UUID of(long seed, int domain, int number) {
        SeededRandom draw = new SeededRandom(seed, domain, number);
        long high = (long) scramble(number ^ key(seed, domain)) << 32 | draw.next() & 0xFFFF_0FFFL | 0x4000L;
        long low = draw.next() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }

    /** Returns the number an id was made from, or -1 when it was not made from this seed and domain. */
    static int numberOf(long seed, int domain, UUID id) {
        int number = unscramble((int) (id.getMostSignificantBits() >>> 32)) ^ key(seed, domain);
        return number >= 0 && of(seed, domain, number).equals(id) ? number : -1;
    }

    private static int key(long seed, int domain) {
        return (int) new SeededRandom(seed, domain, -1).next();
    }

    private static int scramble(int x) {
        x = (x ^ (x >>> 16)) * FIRST;
        x = (x ^ (x >>> 15)) * SECOND;
        return x ^ (x >>> 16);
    }

    private static int unscramble(int x) {
        x = (x ^ (x >>> 16)) * SECOND_BACK;
        x = (x ^ (x >>> 15) ^ (x >>> 30)) * FIRST_BACK;
        return x ^ (x >>> 16);
    }

    /** Returns the inverse of an odd number modulo 2^32, by Newton's iteration. */
    private static int inverse(int odd) {
        int x = odd;
        for (int i = 0; i < 5; i++) {
            x *= 2 - odd * x;
        }
        return x;
    }
}
