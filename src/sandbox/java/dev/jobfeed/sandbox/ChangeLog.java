package dev.jobfeed.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * The changes of a dataset, in a file from which the next start repeats them. One line per change; a line that a crash
 * cut off is dropped. Not safe for threads by itself.
 */
final class ChangeLog implements AutoCloseable {

    /** Kind of a change. */
    enum Kind {
        CREATED,
        UPDATED,
        EXPIRED,
        RETURNED,
        RETURNED_UNTOUCHED,
        SITE_UPDATED
    }

    /**
     * A change of one job or career site.
     *
     * @param number number of the job or site
     * @param at time in microseconds
     */
    record Change(Kind kind, int number, long at) {

        private static Change parse(String line) {
            String[] fields = line.split(" ");
            return new Change(Kind.valueOf(fields[0]), Integer.parseInt(fields[1]), Long.parseLong(fields[2]));
        }

        @Override
        public String toString() {
            return kind + " " + number + " " + at;
        }
    }

    private final FileChannel file;
    private final List<Change> earlier;

    private ChangeLog(FileChannel file, List<Change> earlier) {
        this.file = file;
        this.earlier = earlier;
    }

    /**
     * Opens the log of a dataset.
     *
     * @param path file, which is created if it is missing; null to keep no log
     * @param options options that the dataset is generated from, in one line
     * @throws DataFileInUseException if another process has opened it
     * @throws IllegalArgumentException if it was written with other options, or is no such file
     */
    static ChangeLog open(Path path, String options) throws IOException {
        if (path == null) {
            return new ChangeLog(null, List.of());
        }
        Files.createDirectories(
                path.toAbsolutePath().getParent(),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        FileChannel file =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            lock(path, file);
            return new ChangeLog(file, read(path, file, options));
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static void lock(Path path, FileChannel file) throws IOException {
        try {
            if (file.tryLock() != null) {
                return;
            }
        } catch (OverlappingFileLockException e) {
            // locked by this process
        }
        throw new DataFileInUseException(path);
    }

    private static List<Change> read(Path path, FileChannel file, String options) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
        while (bytes.hasRemaining() && file.read(bytes) >= 0) {
            // a read may return less than asked for
        }
        String text = new String(bytes.array(), StandardCharsets.US_ASCII);
        int end = text.lastIndexOf('\n') + 1;
        file.truncate(end).position(end);
        if (end == 0) {
            write(file, options);
            return List.of();
        }
        List<String> lines = text.substring(0, end).lines().toList();
        if (!lines.get(0).equals(options)) {
            throw new IllegalArgumentException("The data file " + path + " was written with other options: \""
                    + lines.get(0) + "\", not \"" + options + "\"; use these or another file");
        }
        List<Change> changes = new ArrayList<>(lines.size());
        for (String line : lines.subList(1, lines.size())) {
            try {
                changes.add(Change.parse(line));
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
                throw new IllegalArgumentException(
                        "The data file " + path + " has a line that is no change: \"" + line + "\"", e);
            }
        }
        return changes;
    }

    private static void write(FileChannel file, Object line) throws IOException {
        ByteBuffer bytes = StandardCharsets.US_ASCII.encode(line + "\n");
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    /** Returns the changes of earlier starts, oldest first. */
    List<Change> earlier() {
        return earlier;
    }

    void append(Change change) {
        if (file != null) {
            try {
                write(file, change);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
