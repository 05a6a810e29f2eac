package dev.jobfeed.sandbox;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * How a sandbox is to be.
 *
 * @param port the port on 127.0.0.1; 0 takes any free one
 * @param jobs how many jobs the generated world has at the start; unused when there is a jobs file
 * @param careerSites how many career sites there are
 * @param jobsFile a file of jobs, one JSON object a line, to serve instead of generated ones; nullable
 * @param newPerMinute jobs that appear each minute
 * @param updatedPerMinute jobs that are edited each minute
 * @param expiredPerMinute jobs that expire each minute; about a quarter of them come back later
 * @param unknownExpired how many ids nobody ever saw the expired list has in any seven days
 * @param apiKeys the accepted keys
 * @param creditsPerJob the price of a delivered job; null for a subscription, where nothing is metered
 * @param creditsBalance what the wallet holds at the start
 * @param seed the seed of everything that is drawn
 * @param descriptionBytes about how many bytes of JSON a generated job has
 * @param rateLimit requests a minute that feed and expired together allow; 0 allows all
 * @param latency what is added to the time of each answer
 * @param faults what goes wrong on purpose from the start
 * @param clock the time of moves, of the expired window, and of rate limits
 */
public record SandboxOptions(
        int port,
        int jobs,
        int careerSites,
        Path jobsFile,
        double newPerMinute,
        double updatedPerMinute,
        double expiredPerMinute,
        int unknownExpired,
        Set<String> apiKeys,
        BigDecimal creditsPerJob,
        BigDecimal creditsBalance,
        long seed,
        int descriptionBytes,
        int rateLimit,
        Duration latency,
        List<FaultRule> faults,
        Clock clock) {

    public SandboxOptions {
        atLeastZero("port", port);
        atMost("port", port, 65_535);
        atLeastZero("jobs", jobs);
        atLeastZero("careerSites", careerSites);
        atLeastZero("newPerMinute", newPerMinute);
        atLeastZero("updatedPerMinute", updatedPerMinute);
        atLeastZero("expiredPerMinute", expiredPerMinute);
        atLeastZero("unknownExpired", unknownExpired);
        atMost("unknownExpired", unknownExpired, 500_000);
        atLeastZero("descriptionBytes", descriptionBytes);
        atMost("descriptionBytes", descriptionBytes, 100_000);
        atLeastZero("rateLimit", rateLimit);
        atMost("rateLimit", rateLimit, 100_000);
        atLeastZero("latency", latency.toMillis());
        faults = List.copyOf(faults);
        atLeastZero("creditsPerJob", creditsPerJob == null ? 0 : creditsPerJob);
        apiKeys = Set.copyOf(apiKeys);
        Objects.requireNonNull(creditsBalance, "creditsBalance");
        Objects.requireNonNull(clock, "clock");
    }

    private static void atLeastZero(String name, Number value) {
        if (!(value.doubleValue() >= 0)) {
            throw new IllegalArgumentException(name + " is " + value + ", but must not be negative");
        }
    }

    private static void atMost(String name, int value, int most) {
        if (value > most) {
            throw new IllegalArgumentException(name + " is " + value + ", but " + most + " is the most");
        }
    }

    /** The same options over another clock. */
    SandboxOptions withClock(Clock other) {
        return new SandboxOptions(
                port,
                jobs,
                careerSites,
                jobsFile,
                newPerMinute,
                updatedPerMinute,
                expiredPerMinute,
                unknownExpired,
                apiKeys,
                creditsPerJob,
                creditsBalance,
                seed,
                descriptionBytes,
                rateLimit,
                latency,
                faults,
                other);
    }

    /** The options of a sandbox for a person at a terminal. */
    public static SandboxOptions defaults() {
        return builder().build();
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects options; each starts at its default. */
    public static final class Builder {

        private int port = 8787;
        private int jobs = 5000;
        private int careerSites = 500;
        private Path jobsFile;
        private double newPerMinute;
        private double updatedPerMinute;
        private double expiredPerMinute;
        private int unknownExpired = 200;
        private Set<String> apiKeys = Set.of(Sandbox.TEST_KEY);
        private BigDecimal creditsPerJob;
        private BigDecimal creditsBalance = BigDecimal.valueOf(5000);
        private long seed = 1;
        private int descriptionBytes = 6000;
        private int rateLimit;
        private Duration latency = Duration.ZERO;
        private List<FaultRule> faults = List.of();
        private Clock clock = Clock.systemUTC();

        private Builder() {}

        /** See {@link SandboxOptions#port()}. */
        public Builder port(int value) {
            port = value;
            return this;
        }

        /** See {@link SandboxOptions#jobs()}. */
        public Builder jobs(int value) {
            jobs = value;
            return this;
        }

        /** See {@link SandboxOptions#careerSites()}. */
        public Builder careerSites(int value) {
            careerSites = value;
            return this;
        }

        /** See {@link SandboxOptions#jobsFile()}. */
        public Builder jobsFile(Path value) {
            jobsFile = value;
            return this;
        }

        /** See {@link SandboxOptions#newPerMinute()}. */
        public Builder newPerMinute(double value) {
            newPerMinute = value;
            return this;
        }

        /** See {@link SandboxOptions#updatedPerMinute()}. */
        public Builder updatedPerMinute(double value) {
            updatedPerMinute = value;
            return this;
        }

        /** See {@link SandboxOptions#expiredPerMinute()}. */
        public Builder expiredPerMinute(double value) {
            expiredPerMinute = value;
            return this;
        }

        /** See {@link SandboxOptions#unknownExpired()}. */
        public Builder unknownExpired(int value) {
            unknownExpired = value;
            return this;
        }

        /** See {@link SandboxOptions#apiKeys()}. */
        public Builder apiKeys(String... values) {
            apiKeys = Set.of(values);
            return this;
        }

        /** See {@link SandboxOptions#creditsPerJob()}. */
        public Builder creditsPerJob(BigDecimal value) {
            creditsPerJob = value;
            return this;
        }

        /** See {@link SandboxOptions#creditsBalance()}. */
        public Builder creditsBalance(BigDecimal value) {
            creditsBalance = value;
            return this;
        }

        /** See {@link SandboxOptions#seed()}. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /** See {@link SandboxOptions#descriptionBytes()}. */
        public Builder descriptionBytes(int value) {
            descriptionBytes = value;
            return this;
        }

        /** See {@link SandboxOptions#rateLimit()}. */
        public Builder rateLimit(int value) {
            rateLimit = value;
            return this;
        }

        /** See {@link SandboxOptions#latency()}. */
        public Builder latency(Duration value) {
            latency = value;
            return this;
        }

        /** See {@link SandboxOptions#faults()}. */
        public Builder faults(List<FaultRule> values) {
            faults = values;
            return this;
        }

        /** See {@link SandboxOptions#clock()}. */
        public Builder clock(Clock value) {
            clock = value;
            return this;
        }

        /** The finished options. */
        public SandboxOptions build() {
            return new SandboxOptions(
                    port,
                    jobs,
                    careerSites,
                    jobsFile,
                    newPerMinute,
                    updatedPerMinute,
                    expiredPerMinute,
                    unknownExpired,
                    apiKeys,
                    creditsPerJob,
                    creditsBalance,
                    seed,
                    descriptionBytes,
                    rateLimit,
                    latency,
                    faults,
                    clock);
        }
    }
}
