package dev.jobfeed.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The jobs and companies behind a sandbox, and the truth that tests compare with.
 *
 * <p>Jobs are numbered in the order in which they were created. Only times, revisions and whether a job is active are
 * kept; everything else is written anew from the number, so that a million jobs need a few megabytes. All
 * methods are safe to call from any thread, while requests are being served.
 */
public final class JobUniverse {

    /** A job at one moment, as much as is needed to write it later without holding the lock. */
    record Row(int number, int revision, long createdAt, long updatedAt) {}

    /** Some jobs of a scan; last is null when there are none, total is -1 unless it was asked for. */
    record JobPage(List<Row> rows, boolean more, Position last, long total) {}

    /** Some ids of expired jobs; last is null when there are none. */
    record ExpiredPage(List<UUID> ids, boolean more, Position last) {}

    /** Some numbers of career sites with their revisions; last is null when there are none. */
    record SitePage(List<int[]> sites, boolean more, Position last) {}

    /** The place right after a row; without an id, the place after everything of that order value. */
    record Position(long order, UUID id) {}

    /** How often the world was moved, by kind, and what it holds. */
    record Counts(
            int active, int expired, int careerSites, long created, long updated, long expirations, long returned) {}

    private record Touched(long updatedAt, int number) {}

    private final Clock clock;
    private final long seed;
    private final FileJobs file;
    private final GeneratedJobs generated;
    private final Companies companies;

    /** Jobs below this number that were never moved stand in the order of updated_at by themselves. */
    private final int base;

    private long[] createdAt;
    private long[] updatedAt;
    private int[] revisions;
    private int size;
    private final BitSet active = new BitSet();
    private final BitSet gone = new BitSet();

    private final BitSet touched = new BitSet();
    private final NavigableSet<Touched> lastTouchedFirst = new TreeSet<>(Comparator.comparingLong(Touched::updatedAt)
            .thenComparingInt(Touched::number)
            .reversed());

    private final NavigableMap<Long, Integer> expiries = new TreeMap<>();
    private final Map<Integer, Long> expiredAt = new HashMap<>();
    private final int strangersAWeek;

    private final long[] siteUpdatedAt;
    private final int[] siteRevisions;

    private final SeededRandom random;
    private long lastMove;
    private long createdCount;
    private long updatedCount;
    private long expiredCount;
    private long returnedCount;

    JobUniverse(SandboxOptions options) throws IOException {
        clock = options.clock();
        seed = options.seed();
        random = new SeededRandom(seed, 31, 0);
        strangersAWeek = options.unknownExpired();
        file = options.jobsFile() == null ? FileJobs.none() : FileJobs.read(options.jobsFile());
        base = options.jobsFile() == null ? options.jobs() : 0;
        companies = new Companies(seed, Math.max(options.careerSites(), 1 + options.jobs() / 10));
        generated = new GeneratedJobs(seed, base, options.descriptionBytes(), companies);
        size = base + file.size();
        createdAt = new long[size];
        updatedAt = new long[size];
        revisions = new int[size];
        active.set(0, size);
        for (int number = 0; number < size; number++) {
            if (base > 0) {
                createdAt[number] = generated.createdAt(number);
                updatedAt[number] = generated.updatedAt(number);
            } else {
                createdAt[number] = file.createdAt(number);
                updatedAt[number] = file.updatedAt(number);
                touched.set(number);
                lastTouchedFirst.add(new Touched(updatedAt[number], number));
            }
            lastMove = Math.max(lastMove, Math.max(createdAt[number], updatedAt[number]));
        }
        siteUpdatedAt = new long[options.careerSites()];
        siteRevisions = new int[options.careerSites()];
        for (int site = 0; site < siteUpdatedAt.length; site++) {
            siteUpdatedAt[site] = Times.ANCHOR - 90 * Times.DAY + site * (88 * Times.DAY / siteUpdatedAt.length);
        }
    }

    // ---- truth ----

    /** How many jobs are active. */
    public synchronized int activeCount() {
        return active.cardinality();
    }

    /** The ids of the jobs that are active now, in the order of their creation. */
    public Stream<UUID> activeIds() {
        return numbers(active).mapToObj(this::id);
    }

    /** The ids of the jobs that are expired now. */
    public Stream<UUID> expiredIds() {
        return numbers(gone).mapToObj(this::id);
    }

    private synchronized IntStream numbers(BitSet of) {
        return ((BitSet) of.clone()).stream();
    }

    /** Whether a job is active; false for an id nobody knows. */
    public synchronized boolean isActive(UUID id) {
        int number = numberOf(id);
        return number >= 0 && active.get(number);
    }

    /** The job as the feed shows it now, or showed it last when it has expired. */
    public String json(UUID id) {
        Row row;
        synchronized (this) {
            row = row(known(id));
        }
        JsonBytes out = new JsonBytes(16_384);
        write(row, out);
        return out.toString();
    }

    /** Hands over the JSON of every job that is active when its turn comes. */
    public void forEachActive(Consumer<String> consumer) {
        JsonBytes out = new JsonBytes(16_384);
        for (Row row = nextActive(0); row != null; row = nextActive(row.number() + 1)) {
            out.clear();
            write(row, out);
            consumer.accept(out.toString());
        }
    }

    /** Hands over the JSON of every career site, in its revision of the moment. */
    public void forEachCareerSite(Consumer<String> consumer) {
        JsonBytes out = new JsonBytes(4096);
        for (int site = 0; site < siteUpdatedAt.length; site++) {
            out.clear();
            synchronized (this) {
                companies.writeCareerSite(site, siteRevisions[site], out);
            }
            consumer.accept(out.toString());
        }
    }

    private synchronized Row nextActive(int from) {
        int number = active.nextSetBit(from);
        return number < 0 ? null : row(number);
    }

    // ---- moves ----

    /** Lets new jobs appear now, and returns their ids. */
    public synchronized List<UUID> createJobs(int howMany) {
        List<UUID> ids = new ArrayList<>(howMany);
        for (int i = 0; i < howMany; i++) {
            int number = size++;
            if (number == createdAt.length) {
                int room = Math.max(64, number + number / 2);
                createdAt = Arrays.copyOf(createdAt, room);
                updatedAt = Arrays.copyOf(updatedAt, room);
                revisions = Arrays.copyOf(revisions, room);
            }
            createdAt[number] = nextMove();
            touch(number, createdAt[number]);
            active.set(number);
            ids.add(id(number));
        }
        createdCount += howMany;
        return ids;
    }

    /** Edits random active jobs now, and returns their ids; fewer than asked when fewer are active. */
    public synchronized List<UUID> updateJobs(int howMany) {
        List<UUID> ids = new ArrayList<>();
        for (int number : pick(active, howMany)) {
            update(number);
            ids.add(id(number));
        }
        return ids;
    }

    /** Edits a job now; false when it is not active. */
    public synchronized boolean updateJob(UUID id) {
        int number = known(id);
        if (!active.get(number)) {
            return false;
        }
        update(number);
        return true;
    }

    /** Expires random active jobs now, and returns their ids. */
    public synchronized List<UUID> expireJobs(int howMany) {
        List<UUID> ids = new ArrayList<>();
        for (int number : pick(active, howMany)) {
            expire(number);
            ids.add(id(number));
        }
        return ids;
    }

    /** Expires a job now; false when it is not active. */
    public synchronized boolean expireJob(UUID id) {
        int number = known(id);
        if (!active.get(number)) {
            return false;
        }
        expire(number);
        return true;
    }

    /** Makes random expired jobs active again, updated now, and returns their ids. */
    public synchronized List<UUID> returnJobs(int howMany) {
        List<UUID> ids = new ArrayList<>();
        for (int number : pick(gone, howMany)) {
            comeBack(number);
            touch(number, nextMove());
            ids.add(id(number));
        }
        return ids;
    }

    /** Makes an expired job active again, updated now; false when it is not expired. */
    public synchronized boolean returnJob(UUID id) {
        if (!returnJobUntouched(id)) {
            return false;
        }
        touch(known(id), nextMove());
        return true;
    }

    /** Makes an expired job active again with the updated_at it had, so that only a full scan can see it. */
    public synchronized boolean returnJobUntouched(UUID id) {
        int number = known(id);
        if (!gone.get(number)) {
            return false;
        }
        comeBack(number);
        return true;
    }

    /** Edits random career sites now, and returns their ids. */
    public synchronized List<UUID> updateCareerSites(int howMany) {
        BitSet all = new BitSet();
        all.set(0, siteUpdatedAt.length);
        List<UUID> ids = new ArrayList<>();
        for (int site : pick(all, howMany)) {
            siteRevisions[site]++;
            siteUpdatedAt[site] = nextMove();
            ids.add(companies.id(site));
        }
        return ids;
    }

    private void update(int number) {
        revisions[number]++;
        updatedCount++;
        touch(number, nextMove());
    }

    private void expire(int number) {
        long now = nextMove();
        while (expiries.containsKey(now)) {
            // the clock was set back to where another job expired
            now = nextMove();
        }
        active.clear(number);
        gone.set(number);
        expiredCount++;
        Long before = expiredAt.put(number, now);
        if (before != null) {
            // one id is listed once, at its last expiry
            expiries.remove(before);
        }
        expiries.put(now, number);
    }

    private void comeBack(int number) {
        gone.clear(number);
        active.set(number);
        returnedCount++;
    }

    private void touch(int number, long now) {
        if (touched.get(number)) {
            lastTouchedFirst.remove(new Touched(updatedAt[number], number));
        }
        touched.set(number);
        updatedAt[number] = now;
        lastTouchedFirst.add(new Touched(now, number));
    }

    private int[] pick(BitSet from, int howMany) {
        BitSet left = (BitSet) from.clone();
        int[] picked = new int[Math.min(howMany, left.cardinality())];
        for (int i = 0; i < picked.length; i++) {
            picked[i] = left.nextSetBit(random.below(left.length()));
            left.clear(picked[i]);
        }
        return picked;
    }

    /** Now, but later than the last move, so that no two moves share a time. */
    private long nextMove() {
        lastMove = Math.max(lastMove + 1, now());
        return lastMove;
    }

    /** Takes the clock's time for the next move, even if it lies before earlier ones. */
    synchronized void clockWasSet() {
        lastMove = 0;
    }

    long now() {
        return Times.micros(clock.instant());
    }

    // ---- pages ----

    synchronized JobPage jobs(JobFilter filter, Position after, int batchSize) throws ApiError {
        long total = after == null ? count(filter) : -1;
        List<Row> rows = new ArrayList<>(Math.min(batchSize + 1, 1001));
        if (filter.stableScan()) {
            int number = active.nextSetBit(after == null ? 0 : 1 + scanned(after));
            for (; number >= 0 && rows.size() <= batchSize; number = active.nextSetBit(number + 1)) {
                if (matches(filter, number)) {
                    rows.add(row(number));
                }
            }
        } else {
            lastTouched(filter, after, batchSize + 1, rows);
        }
        boolean more = rows.size() > batchSize;
        if (more) {
            rows.remove(batchSize);
        }
        Position last = null;
        if (!rows.isEmpty()) {
            Row row = rows.get(rows.size() - 1);
            last = new Position(filter.stableScan() ? row.createdAt() : row.updatedAt(), id(row.number()));
        }
        return new JobPage(rows, more, last, total);
    }

    private long count(JobFilter filter) {
        if (!filter.looksAtFacets() && filter.postedAfter() == null && filter.updatedAfter() == null) {
            return active.cardinality();
        }
        long count = 0;
        for (int number = active.nextSetBit(0); number >= 0; number = active.nextSetBit(number + 1)) {
            if (matches(filter, number)) {
                count++;
            }
        }
        return count;
    }

    private boolean matches(JobFilter filter, int number) {
        long posted = number < file.size() ? file.postedOrCreatedAt(number) : createdAt[number];
        return filter.inWindow(posted, createdAt[number], updatedAt[number])
                && (!filter.looksAtFacets()
                        || filter.matches(number < file.size() ? file.facets(number) : generated.facets(number)));
    }

    /** The number of the job where a scan stands. */
    private int scanned(Position after) throws ApiError {
        int number = numberOf(after.id());
        if (number < 0) {
            throw ApiError.invalidCursor();
        }
        return number;
    }

    /** Merges the jobs that were moved with those that stand where they always stood, latest first. */
    private void lastTouched(JobFilter filter, Position after, int limit, List<Row> rows) throws ApiError {
        NavigableSet<Touched> rest = lastTouchedFirst;
        int untouched = base - 1;
        if (after != null) {
            int number = scanned(after);
            rest = lastTouchedFirst.tailSet(new Touched(after.order(), number), false);
            untouched = lastUntouchedBefore(after.order(), number);
        }
        Iterator<Touched> moved = rest.iterator();
        Touched next = moved.hasNext() ? moved.next() : null;
        while (rows.size() < limit && (next != null || untouched >= 0)) {
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
                rows.add(row(number));
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

    synchronized ExpiredPage expired(Position after, int batchSize) {
        List<UUID> ids = new ArrayList<>();
        Position last = null;
        Iterator<Map.Entry<Long, Integer>> known =
                expiries.tailMap(after.order(), true).entrySet().iterator();
        long week = 7 * Times.DAY;
        long period = strangersAWeek == 0 ? Long.MAX_VALUE : week / strangersAWeek;
        long stranger = Math.max(0, after.order() / period);
        long now = now();
        Position nextKnown = nextKnown(known, after);
        Position nextStranger = nextStranger(stranger, period, now, after);
        while (nextKnown != null || nextStranger != null) {
            if (ids.size() == batchSize) {
                return new ExpiredPage(ids, true, last);
            }
            if (nextStranger == null || nextKnown != null && isAfter(nextStranger, nextKnown)) {
                last = nextKnown;
                nextKnown = nextKnown(known, after);
            } else {
                last = nextStranger;
                stranger = nextStranger.order() / period + 1;
                nextStranger = nextStranger(stranger, period, now, after);
            }
            ids.add(last.id());
        }
        return new ExpiredPage(ids, false, last);
    }

    private Position nextKnown(Iterator<Map.Entry<Long, Integer>> known, Position after) {
        while (known.hasNext()) {
            Map.Entry<Long, Integer> entry = known.next();
            Position position = new Position(entry.getKey(), id(entry.getValue()));
            if (isAfter(position, after)) {
                return position;
            }
        }
        return null;
    }

    /** Ids of jobs that were never in this world: one expires in each period since 1970. */
    private Position nextStranger(long from, long period, long now, Position after) {
        if (strangersAWeek == 0) {
            return null;
        }
        for (long n = from; n * period <= now; n++) {
            long time = n * period + new SeededRandom(seed, 32, n).belowLong(period);
            Position position = new Position(time, Ids.of(seed, Ids.STRANGER, (int) n));
            if (isAfter(position, after)) {
                return time <= now ? position : null;
            }
        }
        return null;
    }

    private static boolean isAfter(Position position, Position after) {
        return position.order() > after.order()
                || position.order() == after.order()
                        && after.id() != null
                        && position.id().compareTo(after.id()) > 0;
    }

    synchronized SitePage careerSites(SiteFilter filter, Position after, int batchSize) {
        List<int[]> sites = new ArrayList<>();
        Position last = null;
        for (int site = after == null ? 0 : (int) after.order() + 1; site < siteUpdatedAt.length; site++) {
            if (filter.matches(companies.company(site), siteUpdatedAt[site])) {
                if (sites.size() == batchSize) {
                    return new SitePage(sites, true, last);
                }
                sites.add(new int[] {site, siteRevisions[site]});
                last = new Position(site, companies.id(site));
            }
        }
        return new SitePage(sites, false, last);
    }

    Companies companies() {
        return companies;
    }

    /** The profile of a company, or null when nobody knows it. */
    ObjectNode company(UUID id) {
        int number = companies.numberOf(id);
        return number < 0 ? file.company(id) : companies.profile(number, HttpReply.MAPPER);
    }

    synchronized Counts counts() {
        return new Counts(
                active.cardinality(),
                gone.cardinality(),
                siteUpdatedAt.length,
                createdCount,
                updatedCount,
                expiredCount,
                returnedCount);
    }

    void write(Row row, JsonBytes out) {
        if (row.number() < file.size()) {
            file.write(row.number(), row.updatedAt(), out);
        } else {
            generated.write(row.number(), row.revision(), row.createdAt(), row.updatedAt(), out);
        }
    }

    private Row row(int number) {
        return new Row(number, revisions[number], createdAt[number], updatedAt[number]);
    }

    private UUID id(int number) {
        return number < file.size() ? file.id(number) : generated.id(number);
    }

    private int known(UUID id) {
        int number = numberOf(id);
        if (number < 0) {
            throw new NoSuchElementException("No job has the id " + id);
        }
        return number;
    }

    private int numberOf(UUID id) {
        int number = file.numberOf(id);
        if (number < 0) {
            number = generated.numberOf(id);
            number = number >= file.size() && number < size ? number : -1;
        }
        return number;
    }
}
