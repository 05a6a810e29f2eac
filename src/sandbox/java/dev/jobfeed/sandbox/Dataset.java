package dev.jobfeed.sandbox;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.sandbox.CareerSites.CareerSite;
import dev.jobfeed.sandbox.http.ApiError;
import dev.jobfeed.sandbox.http.Json;
import dev.jobfeed.sandbox.http.Times;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The jobs and companies behind a sandbox, and the truth that tests compare with. All methods are safe to call from
 * any thread, while requests are being served.
 */
public final class Dataset implements AutoCloseable {

    /** How many changes there were, by kind, and what there is now. */
    record Counts(
            int active, int expired, int careerSites, long created, long updated, long expirations, long returned) {}

    private final InstantSource clock;
    private final FileJobs file;
    private final Companies companies;
    private final JobTable jobs;
    private final ExpiredJobs expiries;
    private final CareerSites sites;
    private final SeededRandom random;
    private final ChangeLog log;
    private long lastChange;
    private long createdCount;
    private long updatedCount;
    private long expiredCount;
    private long returnedCount;

    Dataset(SandboxOptions options, InstantSource clock) throws IOException {
        this.clock = clock;
        long seed = options.seed;
        random = new SeededRandom(seed, 31, 0);
        file = options.jobsFile == null ? FileJobs.none() : FileJobs.read(options.jobsFile);
        int base = options.jobsFile == null ? options.jobs : 0;
        companies = new Companies(seed, Math.max(options.careerSites, 1 + options.jobs / 10));
        jobs = new JobTable(file, new GeneratedJobs(seed, base, options.descriptionBytes, companies), base);
        expiries = new ExpiredJobs(seed, options.unknownExpired, jobs::id);
        sites = new CareerSites(options.careerSites, companies);
        lastChange = jobs.latest();
        log = ChangeLog.open(options.dataFile, options.data());
        for (ChangeLog.Change change : log.earlier()) {
            apply(change);
            lastChange = Math.max(lastChange, change.at());
        }
    }

    // ---- truth ----

    /** Returns how many jobs are active. */
    public synchronized int activeCount() {
        return jobs.active().cardinality();
    }

    /** Returns the ids of the jobs that are active now, in the order of their creation. */
    public Stream<UUID> activeIds() {
        return numbers(jobs.active()).mapToObj(jobs::id);
    }

    /** Returns the ids of the jobs that are expired now. */
    public Stream<UUID> expiredIds() {
        return numbers(jobs.expired()).mapToObj(jobs::id);
    }

    private synchronized IntStream numbers(BitSet of) {
        return ((BitSet) of.clone()).stream();
    }

    /** Tells whether a job is active; false for an unknown id. */
    public synchronized boolean isActive(UUID id) {
        int number = jobs.numberOf(id);
        return number >= 0 && jobs.active().get(number);
    }

    /** Returns a job, active or expired; null for an unknown id. */
    synchronized Job find(UUID id) {
        int number = jobs.numberOf(id);
        return number < 0 ? null : jobs.get(number);
    }

    /** Returns the job as the feed shows it now, or showed it last when it has expired. */
    public String json(UUID id) {
        return json(job(id));
    }

    private synchronized Job job(UUID id) {
        return jobs.get(known(id));
    }

    private String json(Job job) {
        return new String(Json.written(out -> jobs.write(job, out)), StandardCharsets.UTF_8);
    }

    /** Hands over the JSON of every job that is active when its turn comes. */
    public void forEachActive(Consumer<String> consumer) {
        for (Job job = nextActive(0); job != null; job = nextActive(job.number() + 1)) {
            consumer.accept(json(job));
        }
    }

    private synchronized Job nextActive(int from) {
        int number = jobs.active().nextSetBit(from);
        return number < 0 ? null : jobs.get(number);
    }

    /** Hands over the JSON of every career site, in its revision of the moment. */
    public void forEachCareerSite(Consumer<String> consumer) {
        for (int number = 0; number < sites.count(); number++) {
            CareerSite site = careerSite(number);
            consumer.accept(new String(Json.written(out -> sites.write(site, out)), StandardCharsets.UTF_8));
        }
    }

    private synchronized CareerSite careerSite(int number) {
        return sites.get(number);
    }

    // ---- changes ----

    /** Lets new jobs appear now, and returns their ids. */
    public synchronized List<UUID> createJobs(int howMany) {
        List<UUID> ids = new ArrayList<>(howMany);
        for (int i = 0; i < howMany; i++) {
            ids.add(jobs.id(jobs.size()));
            change(ChangeLog.Kind.CREATED, jobs.size(), nextChange());
        }
        return ids;
    }

    /** Edits random active jobs now, and returns their ids; fewer than asked when fewer are active. */
    public synchronized List<UUID> updateJobs(int howMany) {
        return changeSome(jobs.active(), howMany, this::update);
    }

    /** Edits a job now; false when it is not active. */
    public synchronized boolean updateJob(UUID id) {
        return change(jobs.active(), id, this::update);
    }

    /** Expires random active jobs now, and returns their ids. */
    public synchronized List<UUID> expireJobs(int howMany) {
        return changeSome(jobs.active(), howMany, this::expire);
    }

    /** Expires a job now; false when it is not active. */
    public synchronized boolean expireJob(UUID id) {
        return change(jobs.active(), id, this::expire);
    }

    /** Makes random expired jobs active again, updated now, and returns their ids. */
    public synchronized List<UUID> returnJobs(int howMany) {
        return changeSome(jobs.expired(), howMany, this::reactivate);
    }

    /** Makes an expired job active again, updated now; false when it is not expired. */
    public synchronized boolean returnJob(UUID id) {
        return change(jobs.expired(), id, this::reactivate);
    }

    /** Makes an expired job active again with the updated_at it had, so that only a full scan can see it. */
    public synchronized boolean returnJobUntouched(UUID id) {
        return change(jobs.expired(), id, this::reactivateUntouched);
    }

    /** Edits random career sites now, and returns their ids. */
    public synchronized List<UUID> updateCareerSites(int howMany) {
        BitSet all = new BitSet();
        all.set(0, sites.count());
        List<UUID> ids = new ArrayList<>();
        for (int site : pick(all, howMany)) {
            change(ChangeLog.Kind.SITE_UPDATED, site, nextChange());
            ids.add(companies.id(site));
        }
        return ids;
    }

    private List<UUID> changeSome(BitSet of, int howMany, IntConsumer change) {
        List<UUID> ids = new ArrayList<>();
        for (int number : pick(of, howMany)) {
            change.accept(number);
            ids.add(jobs.id(number));
        }
        return ids;
    }

    private boolean change(BitSet of, UUID id, IntConsumer change) {
        int number = known(id);
        if (!of.get(number)) {
            return false;
        }
        change.accept(number);
        return true;
    }

    private void update(int number) {
        change(ChangeLog.Kind.UPDATED, number, nextChange());
    }

    private void expire(int number) {
        long now = nextChange();
        while (expiries.isTaken(now)) {
            // the clock was set back to where another job expired
            now = nextChange();
        }
        change(ChangeLog.Kind.EXPIRED, number, now);
    }

    private void reactivate(int number) {
        change(ChangeLog.Kind.RETURNED, number, nextChange());
    }

    private void reactivateUntouched(int number) {
        change(ChangeLog.Kind.RETURNED_UNTOUCHED, number, now());
    }

    private void change(ChangeLog.Kind kind, int number, long at) {
        ChangeLog.Change change = new ChangeLog.Change(kind, number, at);
        log.append(change);
        apply(change);
    }

    private void apply(ChangeLog.Change change) {
        int number = change.number();
        switch (change.kind()) {
            case CREATED -> {
                jobs.add(change.at());
                createdCount++;
            }
            case UPDATED -> {
                jobs.edit(number, change.at());
                updatedCount++;
            }
            case EXPIRED -> {
                jobs.setActive(number, false);
                expiries.add(number, change.at());
                expiredCount++;
            }
            case RETURNED -> {
                jobs.setActive(number, true);
                jobs.touch(number, change.at());
                returnedCount++;
            }
            case RETURNED_UNTOUCHED -> {
                jobs.setActive(number, true);
                returnedCount++;
            }
            case SITE_UPDATED -> sites.update(number, change.at());
        }
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

    /** Returns now, but later than the last change, so that no two changes share a time. */
    private long nextChange() {
        lastChange = Math.max(lastChange + 1, now());
        return lastChange;
    }

    /** Takes the clock's time for the next change, even if it lies before earlier ones. */
    synchronized void clockWasSet() {
        lastChange = 0;
    }

    long now() {
        return Times.micros(clock.instant());
    }

    // ---- what the API serves ----

    synchronized Page<Job> jobs(JobFilter filter, Page.Position after, int batchSize) throws ApiError {
        return jobs.page(filter, after, batchSize);
    }

    synchronized Page<UUID> expired(Page.Position after, int batchSize) {
        return expiries.page(after, batchSize, now());
    }

    synchronized Page<CareerSite> careerSites(SiteFilter filter, Page.Position after, int batchSize) {
        return sites.page(filter, after, batchSize);
    }

    void write(Job job, JsonGenerator out) throws IOException {
        jobs.write(job, out);
    }

    void write(CareerSite site, JsonGenerator out) throws IOException {
        sites.write(site, out);
    }

    Companies companies() {
        return companies;
    }

    /** Returns the profile of a company, or null for an unknown id. */
    ObjectNode company(UUID id) {
        int number = companies.numberOf(id);
        return number < 0 ? file.company(id) : companies.profile(number);
    }

    synchronized Counts counts() {
        return new Counts(
                jobs.active().cardinality(),
                jobs.expired().cardinality(),
                sites.count(),
                createdCount,
                updatedCount,
                expiredCount,
                returnedCount);
    }

    @Override
    public synchronized void close() throws IOException {
        log.close();
    }

    private int known(UUID id) {
        int number = jobs.numberOf(id);
        if (number < 0) {
            throw new NoSuchElementException("No job has the id " + id);
        }
        return number;
    }
}
