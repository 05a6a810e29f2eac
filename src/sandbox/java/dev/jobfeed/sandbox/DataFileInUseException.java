package dev.jobfeed.sandbox;

import java.io.IOException;
import java.nio.file.Path;

/** Thrown if the data file of a sandbox is open in another sandbox. */
public final class DataFileInUseException extends IOException {

    private static final long serialVersionUID = 1;

    DataFileInUseException(Path file) {
        super("The data file " + file + " is in use by another sandbox.");
    }
}
