package dev.jobfeed.sandbox;

/** A stream of pseudo-random numbers that depends only on its seed, its domain and its number. */
final class SeededRandom {

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private long state;

    SeededRandom(long seed, int domain, long number) {
        // mixed, not added: neighbouring numbers must not read the same stream shifted by one
        state = mix(mix(seed + domain * GOLDEN) + number);
    }

    long next() {
        state += GOLDEN;
        return mix(state);
    }

    /** Draws a number from 0 to bound - 1. */
    int below(int bound) {
        return (int) (((next() >>> 32) * bound) >>> 32);
    }

    /** Draws a number from 0 to bound - 1. */
    long belowLong(long bound) {
        return (next() >>> 1) % bound;
    }

    /** Draws a number from 0 (inclusive) to 1 (exclusive). */
    double unit() {
        return (next() >>> 11) * 0x1p-53;
    }

    boolean oneIn(int n) {
        return below(n) == 0;
    }

    <T> T pick(T[] values) {
        return values[below(values.length)];
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
