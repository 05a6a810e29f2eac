package dev.jobfeed.sandbox;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.jobfeed.sandbox.http.ApiError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.UUID;

/**
 * The jobs, numbered in the order in which they were created, and the two orders in which the feed scans them.
 *
 * <p>Only times, revisions and whether a job is active are kept; everything else is written from the number whenever
 * it is needed, so that a million jobs take a few megabytes. Not safe for threads by itself.
 */
final class JobTable {

    private record Touched(long updatedAt, int number) {}

    private final FileJobs file;
    private final GeneratedJobs generated;

    /** Jobs below this number that were never touched stand in the order of updated_at by themselves. */
    private final int base;

    private long[] createdAt;
    private long[] updatedAt;
    private int[] revisions;
    private int size;
    private final BitSet active = new BitSet();
    private final BitSet expired = new BitSet();

    private final BitSet touched = new BitSet();
    private final NavigableSet<Touched> lastTouchedFirst = new TreeSet<>(Comparator.comparingLong(Touched::updatedAt)
            .thenComparingInt(Touched::number)
            .reversed());

    /**
     * Starts with the jobs of a file and some generated ones.
     *
     * @param base how many of the generated jobs exist from the start; 0 when the file has jobs
     */
    JobTable(FileJobs file, GeneratedJobs generated, int base) {
        this.file = file;
        this.generated = generated;
        this.base = base;
        size = base + file.size();
        createdAt = new long[size];
        updatedAt = new long[size];
        revisions = new int[size];
        active.set(0, size);
        for (int number = 0; number < base; number++) {
            createdAt[number] = generated.createdAt(number);
            updatedAt[number] = generated.updatedAt(number);
        }
        for (int number = 0; number < file.size(); number++) {
            createdAt[number] = file.get(number).createdAt();
            touch(number, file.get(number).updatedAt());
        }
    }

    BitSet active() {
        return active;
    }

    BitSet expired() {
        return expired;
    }

    /** Returns the latest time in the table; 0 when it is empty. */
    long latest() {
        return Math.max(
                Arrays.stream(createdAt).max().orElse(0),
                Arrays.stream(updatedAt).max().orElse(0));
    }

    int size() {
        return size;
    }

    int add(long now) {
        int number = size++;
        if (number == createdAt.length) {
            int room = Math.max(64, number + number / 2);
            createdAt = Arrays.copyOf(createdAt, room);
            updatedAt = Arrays.copyOf(updatedAt, room);
            revisions = Arrays.copyOf(revisions, room);
        }
        createdAt[number] = now;
        touch(number, now);
        active.set(number);
        return number;
    }

    void edit(int number, long now) {
        revisions[number]++;
        touch(number, now);
    }

    void touch(int number, long now) {
        if (touched.get(number)) {
            lastTouchedFirst.remove(new Touched(updatedAt[number], number));
        }
        touched.set(number);
        updatedAt[number] = now;
        lastTouchedFirst.add(new Touched(now, number));
    }

    void setActive(int number, boolean isActive) {
        active.set(number, isActive);
        expired.set(number, !isActive);
    }

    Job get(int number) {
        return new Job(number, revisions[number], createdAt[number], updatedAt[number]);
    }

    UUID id(int number) {
        return number < file.size() ? file.get(number).id() : generated.id(number);
    }

    /** Returns the number of a job, or -1 for an id that no job has. */
    int numberOf(UUID id) {
        int number = file.numberOf(id);
        if (number < 0) {
            number = generated.numberOf(id);
            number = number >= file.size() && number < size ? number : -1;
        }
        return number;
    }

    void write(Job job, JsonGenerator out) throws IOException {
        if (job.number() < file.size()) {
            file.write(job.number(), job.updatedAt(), out);
        } else {
            generated.write(job, out);
        }
    }

    Page<Job> page(JobFilter filter, Page.Position after, int batchSize) throws ApiError {
        long total = after == null ? count(filter) : -1;
        List<Job> jobs = new ArrayList<>(Math.min(batchSize + 1, 1001));
        if (filter.stableScan()) {
            int number = active.nextSetBit(after == null ? 0 : 1 + scanned(after));
            for (; number >= 0 && jobs.size() <= batchSize; number = active.nextSetBit(number + 1)) {
                if (matches(filter, number)) {
                    jobs.add(get(number));
                }
            }
        } else {
            addLastTouched(filter, after, batchSize + 1, jobs);
        }
        boolean more = jobs.size() > batchSize;
        if (more) {
            jobs.remove(batchSize);
        }
        Page.Position last = null;
        if (!jobs.isEmpty()) {
            Job job = jobs.get(jobs.size() - 1);
            last = new Page.Position(filter.stableScan() ? job.createdAt() : job.updatedAt(), id(job.number()));
        }
        return new Page<>(jobs, more, last, total);
    }

    private long count(JobFilter filter) {
        if (!filter.looksAtFacets() && filter.postedAfter() == null && filter.updatedAfter() == null) {
            return active.cardinality();
        }
        return active.stream().filter(number -> matches(filter, number)).count();
    }

    private boolean matches(JobFilter filter, int number) {
        boolean inFile = number < file.size();
        long posted = inFile ? file.get(number).postedOrCreatedAt() : createdAt[number];
        return filter.inWindow(posted, createdAt[number], updatedAt[number])
                && (!filter.looksAtFacets()
                        || filter.matches(inFile ? file.get(number).facets() : generated.facets(number)));
    }

    /** Returns the number of the job where a scan stands. */
    private int scanned(Page.Position after) throws ApiError {
        int number = numberOf(after.id());
        if (number < 0) {
            throw ApiError.invalidCursor();
        }
        return number;
    }

    /** Merges the jobs that were touched with those that stand where they always stood, latest first. */
    private void addLastTouched(JobFilter filter, Page.Position after, int limit, List<Job> jobs) throws ApiError {
        NavigableSet<Touched> rest = lastTouchedFirst;
        int untouched = base - 1;
        if (after != null) {
            int number = scanned(after);
            rest = lastTouchedFirst.tailSet(new Touched(after.order(), number), false);
            untouched = lastUntouchedBefore(after.order(), number);
        }
        Iterator<Touched> moved = rest.iterator();
        Touched next = moved.hasNext() ? moved.next() : null;
        while (jobs.size() < limit && (next != null || untouched >= 0)) {
            int number;
            if (untouched >= 0 && touched.get(untouched)) {
                untouched--;
                continue;
            } else if (next == null || untouched >= 0 && updatedAt[untouched] > next.updatedAt()) {
                number = untouched--;
            } else {
                number = next.number();
                next = moved.hasNext() ? moved.next() : null;
            }
            if (active.get(number) && matches(filter, number)) {
                jobs.add(get(number));
            }
        }
    }

    private int lastUntouchedBefore(long updated, int number) {
        int low = 0;
        int high = base;
        while (low < high) {
            int middle = (low + high) >>> 1;
            long there = generated.updatedAt(middle);
            if (there < updated || there == updated && middle < number) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }
}
