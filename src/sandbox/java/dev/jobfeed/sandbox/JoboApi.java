package dev.jobfeed.sandbox;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.sandbox.CareerSites.CareerSite;
import dev.jobfeed.sandbox.http.Api;
import dev.jobfeed.sandbox.http.ApiError;
import dev.jobfeed.sandbox.http.ApiRequest;
import dev.jobfeed.sandbox.http.Fields;
import dev.jobfeed.sandbox.http.HttpReply;
import dev.jobfeed.sandbox.http.Json;
import dev.jobfeed.sandbox.http.RateWindow;
import dev.jobfeed.sandbox.http.ReceivedRequest;
import dev.jobfeed.sandbox.http.Times;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;

/** Answers requests to Jobo: authenticate, limit the rate, validate, check credits, deliver, in this order. */
final class JoboApi extends Api<Endpoint> {

    private static final BigDecimal CREDITS_PER_CAREER_SITE = BigDecimal.valueOf(50);
    private static final int NOBODY_GETS_THERE = 100_000;

    private interface RowWriter<T> {
        void write(T row, JsonGenerator out) throws IOException;
    }

    /**
     * What a request scans, and from where.
     *
     * @param after null at the beginning
     */
    private record Scan(String kind, Fields fields, Page.Position after, int batchSize) {

        static Scan of(Fields request, String kind, int usual, int most) throws ApiError {
            int batchSize = request.number("batch_size", usual, 1, most);
            Cursor cursor = Cursor.in(request, kind);
            return cursor == null
                    ? new Scan(kind, request.withoutPaging(), null, batchSize)
                    : new Scan(kind, new Fields(cursor.scan()), cursor.position(), batchSize);
        }

        Cursor cursor(Page.Position last) {
            return new Cursor(kind, fields.values(), last.order(), last.id(), null);
        }
    }

    private final SandboxOptions options;
    private final InstantSource clock;
    private final Dataset data;
    private final CreditAccount wallet;
    private final RateWindow feedRate;
    private final RateWindow generalRate = new RateWindow(NOBODY_GETS_THERE);

    JoboApi(SandboxOptions options, InstantSource clock, Dataset data) {
        super("");
        this.options = options;
        this.clock = clock;
        this.data = data;
        this.wallet = new CreditAccount(options.creditsBalance);
        this.feedRate = new RateWindow(options.rateLimit == 0 ? NOBODY_GETS_THERE : options.rateLimit);
    }

    @Override
    protected Endpoint endpoint(String method, String path) {
        return Endpoint.at(path);
    }

    @Override
    public HttpReply answer(ApiRequest<Endpoint> request, ReceivedRequest received, ApiError error) {
        RateWindow rate =
                switch (request.endpoint()) {
                    case JOBS_FEED, JOBS_EXPIRED -> feedRate;
                    default -> generalRate;
                };
        HttpReply reply;
        try {
            authenticate(request.endpoint(), received.headers().get("x-api-key"));
            Instant now = clock.instant();
            long wait = rate.secondsToWait(now);
            if (wait > 0) {
                throw ApiError.rateLimited(wait);
            }
            if (error != null) {
                throw error;
            }
            reply = perform(request);
        } catch (ApiError e) {
            reply = e.reply();
        }
        return reply.with(rate.headers(clock.instant()));
    }

    private void authenticate(Endpoint endpoint, String key) throws ApiError {
        // profiles are free and were seen to need no key; a wrong one is still refused
        if (key == null && endpoint == Endpoint.COMPANY) {
            return;
        }
        if (key == null || !options.apiKeys.contains(key)) {
            throw ApiError.unauthorized();
        }
    }

    private HttpReply perform(ApiRequest<Endpoint> request) throws ApiError {
        String method = request.endpoint().method();
        if (!request.method().equals(method)) {
            String message = "Method " + request.method() + " is not allowed here; use " + method + ".";
            throw ApiError.of(405, "Method Not Allowed", message).with(Map.of("Allow", method));
        }
        return switch (request.endpoint()) {
            case JOBS_FEED -> jobs(Fields.ofBody(request.body()));
            case JOBS_EXPIRED -> expired(Fields.ofQuery(request.query()));
            case JOB -> job(request.path());
            case CAREER_SITES_FEED -> careerSites(Fields.ofBody(request.body()));
            case COMPANY -> company(request.path());
        };
    }

    private HttpReply jobs(Fields fields) throws ApiError {
        Scan scan = Scan.of(fields, "jobs", 1000, 1000);
        JobFilter filter = JobFilter.of(scan.fields());
        BigDecimal reserved = reserve(options.creditsPerJob, scan.batchSize());
        Page<Job> page = data.jobs(filter, scan.after(), scan.batchSize());
        return page(scan, "jobs", page, data::write).with(settle(options.creditsPerJob, reserved, page));
    }

    private HttpReply expired(Fields fields) throws ApiError {
        Scan scan = Scan.of(fields, "expired", 1000, 10_000);
        Page.Position after = scan.after();
        if (after == null) {
            long now = data.now();
            Long since = fields.time("expired_since");
            if (since != null && since < now - 7 * Times.DAY) {
                throw ApiError.invalid("expired_since", "cannot be older than 7 days");
            }
            after = new Page.Position(since == null ? now - Times.DAY : since, null);
        }
        Page<UUID> page = data.expired(after, scan.batchSize());
        return page(scan, "job_ids", page, (id, out) -> out.writeString(id.toString()));
    }

    private HttpReply careerSites(Fields fields) throws ApiError {
        Scan scan = Scan.of(fields, "career-sites", 50, 50);
        SiteFilter filter = SiteFilter.of(scan.fields());
        BigDecimal price = options.creditsPerJob == null ? null : CREDITS_PER_CAREER_SITE;
        BigDecimal reserved = reserve(price, scan.batchSize());
        Page<CareerSite> page = data.careerSites(filter, scan.after(), scan.batchSize());
        return page(scan, "career_sites", page, data::write).with(settle(price, reserved, page));
    }

    /** Answers 410 for an expired job; what the real API answers is not documented. */
    private HttpReply job(String path) throws ApiError {
        UUID id = id(path, Endpoint.JOB);
        Job job = data.find(id);
        if (job == null) {
            throw ApiError.notFound("There is no such job.");
        }
        if (!data.isActive(id)) {
            throw ApiError.of(410, "Gone", "The job has expired.");
        }
        return new HttpReply(200, Map.of(), Json.written(out -> data.write(job, out)), 1);
    }

    private HttpReply company(String path) {
        ObjectNode profile = data.company(id(path, Endpoint.COMPANY));
        return profile == null ? HttpReply.json(404, Map.of("error", "Not Found")) : HttpReply.json(200, profile);
    }

    /** Reads the id at the end of a path; one that nothing has when it is none. */
    private static UUID id(String path, Endpoint endpoint) {
        try {
            return UUID.fromString(path.substring(endpoint.path().length()));
        } catch (IllegalArgumentException e) {
            return new UUID(0, 0);
        }
    }

    private static <T> HttpReply page(Scan scan, String rows, Page<T> page, RowWriter<T> writer) {
        byte[] body = Json.written(out -> {
            out.writeStartObject();
            out.writeArrayFieldStart(rows);
            for (T row : page.rows()) {
                writer.write(row, out);
            }
            out.writeEndArray();
            out.writeStringField(
                    "next_cursor", page.more() ? scan.cursor(page.last()).encode() : null);
            out.writeBooleanField("has_more", page.more());
            if (page.total() >= 0) {
                out.writeNumberField("estimated_total", page.total());
            }
            out.writeEndObject();
        });
        Map<String, String> headers = Map.of("X-Has-More", Boolean.toString(page.more()));
        return new HttpReply(200, headers, body, page.rows().size());
    }

    /** Takes the price of everything that was asked for, as the real precheck does; null when nothing is metered. */
    private BigDecimal reserve(BigDecimal price, int rows) throws ApiError {
        if (price == null) {
            return null;
        }
        BigDecimal required = price.multiply(BigDecimal.valueOf(rows));
        if (wallet.reserve(required)) {
            return required;
        }
        throw ApiError.insufficientCredits(required, wallet.balance());
    }

    /** Gives back what was reserved for rows that were not delivered, and returns the headers about it. */
    private Map<String, String> settle(BigDecimal price, BigDecimal reserved, Page<?> page) {
        if (price == null) {
            return Map.of();
        }
        BigDecimal cost = price.multiply(BigDecimal.valueOf(page.rows().size()));
        BigDecimal balance = wallet.giveBack(reserved.subtract(cost));
        return cost.signum() == 0
                ? Map.of()
                : Map.of("X-Credits-Deducted", ApiError.plain(cost), "X-Credits-Balance", ApiError.plain(balance));
    }
}
