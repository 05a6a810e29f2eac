package dev.jobfeed.bench;

import java.io.IOException;
import java.sql.SQLException;
import java.util.OptionalLong;

/** A database that the contenders fill, with the bundle's tables in it. */
interface Store extends AutoCloseable {

    /** What it is called in options and measurements. */
    String label();

    /** What the product is called. */
    String product();

    /** Its version. */
    String version();

    /** Begins with an empty one; its address is another then. */
    void renew() throws SQLException, IOException;

    /** Writes out and tidies up what the run before has left, so that every run begins alike. */
    void settle() throws SQLException;

    /** The address, with all options that its durability hangs on. */
    String url();

    /** The address as the bundle takes it, which adds the options by itself. */
    String bundleUrl();

    /** How many statements it has executed since some time in the past; empty if it does not count them. */
    OptionalLong statements() throws SQLException;

    /** Bytes written since some time in the past; what counts is the difference. */
    long bytesWritten() throws SQLException, IOException;

    /** Stops it and forgets its data. */
    @Override
    void close();
}
