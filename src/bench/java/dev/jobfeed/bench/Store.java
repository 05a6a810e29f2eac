package dev.jobfeed.bench;

import java.io.IOException;
import java.sql.SQLException;
import java.util.OptionalLong;

/** Provides a database with the bundle's tables, which the contenders fill. */
interface Store extends AutoCloseable {

    /** Returns the name in options and measurements. */
    String label();

    /** Returns the name of the product. */
    String product();

    /** Returns the version of the product. */
    String version();

    /** Replaces the database by an empty one, which has another URL. */
    void recreate() throws SQLException, IOException;

    /** Flushes and vacuums the database, so that all runs start under the same conditions. */
    void runMaintenance() throws SQLException;

    /** Returns the URL with all options that affect durability. */
    String url();

    /** Returns the URL for the bundle, which adds its own options. */
    String bundleUrl();

    /** Returns the number of executed statements since an unspecified start; empty if they are not counted. */
    OptionalLong statements() throws SQLException;

    /** Returns the bytes written since an unspecified start; only differences are meaningful. */
    long bytesWritten() throws SQLException, IOException;

    /** Stops the database and deletes its data. */
    @Override
    void close();
}
