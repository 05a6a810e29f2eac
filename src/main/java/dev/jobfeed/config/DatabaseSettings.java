package dev.jobfeed.config;

import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the settings of the database. */
public record DatabaseSettings(JobfeedProperties properties) {

    private static final Pattern URL = Pattern.compile("jdbc:h2:.+|jdbc:postgresql:(?!//[^/?]*@).+", Pattern.DOTALL);

    /** Returns the JDBC URL. Must not be printed; see {@link #printableUrl()}. */
    public String url() {
        return properties.required(
                "jobfeed.datasource.url", "an address such as jdbc:postgresql://db.example.com/jobs", value -> {
                    // the driver's messages would contain a user name written before the host
                    if (!URL.matcher(value).matches()) {
                        throw new IllegalArgumentException();
                    }
                    return value;
                });
    }

    /** Returns the JDBC URL without its options, which may contain a password. */
    public String printableUrl() {
        return url().replaceFirst("(?s)[?;].*", "");
    }

    /** Returns the schema of the tables; empty for the connection's own. */
    public Optional<String> schema() {
        return properties.text("jobfeed.datasource.schema");
    }

    /** Returns whether the schema is migrated at startup. */
    public boolean migrate() {
        return properties.flag("jobfeed.datasource.migrate");
    }
}
