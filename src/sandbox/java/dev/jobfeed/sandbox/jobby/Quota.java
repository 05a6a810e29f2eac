package dev.jobfeed.sandbox.jobby;

/** How many requests a minute one token may send to one endpoint ("Rate limits": reads, writes, cost-bearing). */
enum Quota {
    READ(60),
    WRITE(30),
    COSTLY(3);

    private final int perMinute;

    Quota(int perMinute) {
        this.perMinute = perMinute;
    }

    int perMinute() {
        return perMinute;
    }
}
