package dev.jobfeed.audit;

import static dev.jobfeed.config.SharedObjectMapper.JSON;

import dev.jobfeed.api.RequestOwner;
import dev.jobfeed.api.ServerClock;
import dev.jobfeed.feed.FeedRecord;
import dev.jobfeed.lease.HeldLease;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.problem.AttemptFailedException;
import dev.jobfeed.problem.ProblemTranslator;
import dev.jobfeed.tenant.Tenant;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;

/**
 * One audit: its sample, and what it has found so far. Routes keep it in the variable {@code jobfeedAttempt}, where the
 * routes of the API look for the owner of a request. Written by the route's thread only.
 */
public final class AuditSession implements RequestOwner {

    private final Tenant tenant;
    private final HeldLease lease;
    private final ServerClock clock;
    private final BooleanSupplier contextStops;
    private final int size;
    private final long seed;
    private final boolean fixes;
    private final OffsetDateTime startedAt;
    private final long startedNanos = System.nanoTime();
    private final Map<Stratum, Proportion> right = new EnumMap<>(Stratum.class);
    private final Map<Finding, Integer> rows = new EnumMap<>(Finding.class);
    private final Map<String, Integer> fields = new TreeMap<>();
    private final List<FeedRecord> different = new ArrayList<>();
    private final List<FeedRecord> reopened = new ArrayList<>();
    private final List<UUID> gone = new ArrayList<>();
    private Map<UUID, Set<Stratum>> sample = Map.of();
    private List<UUID> ids = List.of();
    private int position;
    private int jobs;
    private int fixed;
    private int held;
    private StreamState state;
    private OffsetDateTime finishedAt;
    private BigDecimal charged = BigDecimal.ZERO;
    private BigDecimal balance;
    private boolean balanceFell;

    /**
     * Creates an audit at its start.
     *
     * @param contextStops returns whether the runtime is being stopped
     * @param size the number of active jobs to sample
     * @param fixes whether the rows that differ are to be changed
     */
    AuditSession(
            Tenant tenant,
            HeldLease lease,
            ServerClock clock,
            BooleanSupplier contextStops,
            int size,
            long seed,
            boolean fixes,
            OffsetDateTime startedAt) {
        this.tenant = tenant;
        this.lease = lease;
        this.clock = clock;
        this.contextStops = contextStops;
        this.size = size;
        this.seed = seed;
        this.fixes = fixes;
        this.startedAt = startedAt;
    }

    @Override
    public Tenant tenant() {
        return tenant;
    }

    /** Returns the stream in metrics and alerts. */
    @Override
    public String stream() {
        return AuditService.STREAM;
    }

    @Override
    public ServerClock clock() {
        return clock;
    }

    public HeldLease lease() {
        return lease;
    }

    /** Returns the parameters of {@code lease-renew}, whose update count is 1 unless the lease was lost. */
    public SqlParameterSource leaseRenewal() {
        return lease.renewal();
    }

    @Override
    public boolean isStopping() {
        return contextStops.getAsBoolean() || lease.isLost();
    }

    @Override
    public void markWaiting(Duration wait) {
        // nothing waits for an audit to wait
    }

    @Override
    public void addDetail(String detail) {
        // the log has the detail of each retry
    }

    /**
     * Permits a request.
     *
     * @throws CancellationException when the runtime is being stopped
     * @throws AuditUnavailableException when an earlier request was charged
     */
    @Override
    public void beforeRequest(boolean repeated, boolean metered) {
        if (contextStops.getAsBoolean()) {
            throw stopped();
        }
        checkFree();
        try {
            lease.check();
        } catch (DataAccessException e) {
            // without its cause: an I/O error would be taken for an API failure and retried
            throw new AttemptFailedException(ProblemTranslator.of(e, 0));
        }
    }

    @Override
    public void recordResponse(String status, BigDecimal deducted, BigDecimal reported) {
        if (deducted != null) {
            charged = charged.add(deducted.max(BigDecimal.ZERO));
        }
        if (reported != null) {
            balanceFell |= balance != null && reported.compareTo(balance) < 0;
            balance = reported;
        }
    }

    @Override
    public void recordReceived(int received) {
        // counts the rows of feeds only
    }

    static CancellationException stopped() {
        return new CancellationException("The audit was stopped; nothing of it is stored.");
    }

    /** Throws an {@link AuditUnavailableException} if a request was charged, or the balance says so. */
    void checkFree() {
        if (charged.signum() > 0) {
            throw new AuditUnavailableException("A request for one job is documented as free, and Jobo charged "
                    + charged.stripTrailingZeros().toPlainString() + " credits; no further request is sent.");
        }
        if (balanceFell) {
            throw new AuditUnavailableException("The balance fell to "
                    + balance.stripTrailingZeros().toPlainString()
                    + " credits during the audit, whose requests are documented as free; no further request is sent."
                    + " If a sync has used them, start the audit again.");
        }
    }

    int size() {
        return size;
    }

    long seed() {
        return seed;
    }

    /** Returns when the audit began, before its first request. */
    long startedNanos() {
        return startedNanos;
    }

    /** Sets the state of the jobs that the sample is drawn from. */
    void open(StreamState jobsState) {
        state = jobsState;
    }

    /** Returns the state of the jobs at the start; null until the sample is drawn. */
    StreamState state() {
        return state;
    }

    /** Sets the sample, each job with the parts of the store that it was drawn from, in the order of the requests. */
    void sample(Map<UUID, Set<Stratum>> drawn) {
        sample = drawn;
        ids = List.copyOf(drawn.keySet());
    }

    /** Returns whether the sample has another job to request. */
    public boolean hasNext() {
        return position < ids.size() && !isStopping();
    }

    /** Returns whether the whole sample was compared. */
    boolean isComplete() {
        return position == ids.size();
    }

    UUID next() {
        return ids.get(position++);
    }

    /** Counts a response that is a job, or says that the job has expired. */
    void countJob() {
        jobs++;
    }

    /** Returns how many responses were a job, or said that the job has expired. */
    int jobs() {
        return jobs;
    }

    int compared() {
        return position;
    }

    /** Records what the comparison of a job has found; a row that has changed meanwhile is neither right nor wrong. */
    void found(UUID id, Finding finding) {
        rows.merge(finding, 1, Integer::sum);
        if (finding != Finding.NEWER) {
            sample.get(id).forEach(stratum -> right.put(stratum, right(stratum).plus(finding == Finding.EQUAL)));
        }
        if (finding == Finding.CLOSED_THERE || finding == Finding.UNKNOWN_THERE) {
            gone.add(id);
        }
    }

    void differs(List<String> names) {
        names.forEach(name -> fields.merge(name, 1, Integer::sum));
    }

    /** Adds the version that the store should have of an active job. */
    void correct(FeedRecord job) {
        different.add(job);
    }

    /** Adds the version that the store should have of an expired job, which is active there. */
    void reopen(FeedRecord job) {
        reopened.add(job);
    }

    Proportion right(Stratum stratum) {
        return right.getOrDefault(stratum, Proportion.NONE);
    }

    int count(Finding finding) {
        return rows.getOrDefault(finding, 0);
    }

    /** Returns the jobs to be stored as the API delivers them. */
    List<FeedRecord> corrections() {
        return Stream.concat(different.stream(), reopened.stream()).toList();
    }

    /** Returns the active jobs to be expired. */
    List<UUID> gone() {
        return gone;
    }

    /** Keeps the active jobs that are not active there. */
    void holdGone() {
        held += gone.size();
        gone.clear();
    }

    /** Keeps the expired jobs that are active there. */
    void holdReopened() {
        held += reopened.size();
        reopened.clear();
    }

    /** Returns whether rows are to be changed. */
    public boolean isFixing() {
        return fixes && !(different.isEmpty() && reopened.isEmpty() && gone.isEmpty());
    }

    void fixed(int more) {
        fixed += more;
    }

    void finished(OffsetDateTime at) {
        finishedAt = at;
    }

    /** Returns the result with the columns of {@code job_audit}; {@code fields} is a map. */
    Map<String, Object> columns() {
        Map<String, Object> columns = new LinkedHashMap<>();
        columns.put("started_at", startedAt);
        columns.put("finished_at", finishedAt);
        columns.put("fresh_as_of", state.lastRunStartedAt());
        columns.put("seed", seed);
        for (Stratum stratum : Stratum.values()) {
            columns.put(stratum.column("sampled"), right(stratum).of());
            columns.put(stratum.column("right"), right(stratum).hits());
        }
        columns.put("lower_bound", right(Stratum.ACTIVE).lower());
        columns.put("upper_bound", right(Stratum.ACTIVE).upper());
        for (Finding finding : Finding.values()) {
            columns.put(finding.column(), count(finding));
        }
        columns.put("rows_fixed", fixed);
        columns.put("rows_held", held);
        columns.put("fields", fields);
        return columns;
    }

    /** Returns the row of {@code audit-insert}. */
    Map<String, Object> row() {
        Map<String, Object> row = columns();
        row.put("fields", JSON.valueToTree(fields).toString());
        return row;
    }
}
