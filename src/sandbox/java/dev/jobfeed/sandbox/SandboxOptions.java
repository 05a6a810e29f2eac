package dev.jobfeed.sandbox;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** How a sandbox is to be. */
public final class SandboxOptions {

    int port = 8787;
    int jobs = 5000;
    int careerSites = 500;
    Path jobsFile;
    Path dataFile;
    double newPerMinute;
    double updatedPerMinute;
    double expiredPerMinute;
    int unknownExpired = 200;
    Set<String> apiKeys = Set.of(Sandbox.TEST_KEY);
    BigDecimal creditsPerJob;
    BigDecimal creditsBalance = BigDecimal.valueOf(5000);
    long seed = 1;
    int descriptionBytes = 6000;
    int rateLimit;
    Duration latency = Duration.ZERO;
    List<FaultRule> faults = List.of();
    Clock clock = Clock.systemUTC();

    private SandboxOptions() {}

    /** Returns the options that the data is generated from, in one line. */
    String data() {
        return "seed=" + seed + " jobs=" + jobs + " career-sites=" + careerSites + " description-bytes="
                + descriptionBytes + (jobsFile == null ? "" : " jobs-file=" + jobsFile);
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects the options of one sandbox; each starts at its default. */
    public static final class Builder {

        private final SandboxOptions options = new SandboxOptions();

        private Builder() {}

        /** Sets the port on 127.0.0.1; 0 takes any free one. */
        public Builder port(int value) {
            options.port = inRange("port", value, 65_535);
            return this;
        }

        /** Sets how many generated jobs there are at the start; unused when there is a jobs file. */
        public Builder jobs(int value) {
            options.jobs = inRange("jobs", value, Integer.MAX_VALUE);
            return this;
        }

        /** Sets how many career sites there are. */
        public Builder careerSites(int value) {
            options.careerSites = inRange("careerSites", value, Integer.MAX_VALUE);
            return this;
        }

        /** Serves the jobs of a file, one JSON object a line, instead of generated ones; nullable. */
        public Builder jobsFile(Path value) {
            options.jobsFile = value;
            return this;
        }

        /**
         * Keeps the changes of the data in a file, from which the next sandbox with the same options repeats them;
         * nullable. Balances, faults and the data of Jobby.dev are not kept.
         */
        public Builder dataFile(Path value) {
            options.dataFile = value;
            return this;
        }

        /** Sets how many jobs appear each minute. */
        public Builder newPerMinute(double value) {
            options.newPerMinute = notNegative("newPerMinute", value);
            return this;
        }

        /** Sets how many jobs are edited each minute. */
        public Builder updatedPerMinute(double value) {
            options.updatedPerMinute = notNegative("updatedPerMinute", value);
            return this;
        }

        /** Sets how many jobs expire each minute; about a quarter of them come back later. */
        public Builder expiredPerMinute(double value) {
            options.expiredPerMinute = notNegative("expiredPerMinute", value);
            return this;
        }

        /** Sets how many ids of jobs that were never in the feed the expired list has in any seven days. */
        public Builder unknownExpired(int value) {
            options.unknownExpired = inRange("unknownExpired", value, 500_000);
            return this;
        }

        /** Sets the accepted keys. */
        public Builder apiKeys(String... values) {
            options.apiKeys = Set.of(values);
            return this;
        }

        /** Sets the price of a delivered job; null for a subscription, where nothing is metered. */
        public Builder creditsPerJob(BigDecimal value) {
            options.creditsPerJob = value == null ? null : notNegative("creditsPerJob", value);
            return this;
        }

        /** Sets the balance at the start. */
        public Builder creditsBalance(BigDecimal value) {
            options.creditsBalance = Objects.requireNonNull(value);
            return this;
        }

        /** Sets the seed of everything that is drawn. */
        public Builder seed(long value) {
            options.seed = value;
            return this;
        }

        /** Sets about how many bytes of JSON a generated job has. */
        public Builder descriptionBytes(int value) {
            options.descriptionBytes = inRange("descriptionBytes", value, 100_000);
            return this;
        }

        /** Sets how many requests a minute feed and expired together allow; 0 allows all. */
        public Builder rateLimit(int value) {
            options.rateLimit = inRange("rateLimit", value, 100_000);
            return this;
        }

        /** Adds this to the time of each answer. */
        public Builder latency(Duration value) {
            notNegative("latency", value.toMillis());
            options.latency = value;
            return this;
        }

        /** Lets faults strike from the start. */
        public Builder faults(List<FaultRule> values) {
            options.faults = List.copyOf(values);
            return this;
        }

        /** Sets the time of changes, of the expired window, and of rate limits. */
        public Builder clock(Clock value) {
            options.clock = Objects.requireNonNull(value);
            return this;
        }

        public SandboxOptions build() {
            return options;
        }
    }

    private static int inRange(String name, int value, int most) {
        if (value > most) {
            throw new IllegalArgumentException(name + " is " + value + ", but " + most + " is the most");
        }
        return notNegative(name, value);
    }

    private static <T extends Number> T notNegative(String name, T value) {
        if (!(value.doubleValue() >= 0)) {
            throw new IllegalArgumentException(name + " is " + value + ", but must not be negative");
        }
        return value;
    }
}
