package dev.jobfeed.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** Answers the requests of the API: authenticate, limit the rate, validate, check credits, deliver, in this order. */
final class JoboEndpoints {

    private static final BigDecimal CREDITS_PER_CAREER_SITE = BigDecimal.valueOf(50);

    private final SandboxOptions options;
    private final JobUniverse world;
    private final CreditAccount wallet;
    private final RateWindow feedRate;
    private final RateWindow generalRate = RateWindow.unlimited();

    JoboEndpoints(SandboxOptions options, JobUniverse world) {
        this.options = options;
        this.world = world;
        this.wallet = new CreditAccount(options.creditsBalance());
        this.feedRate = options.rateLimit() == 0 ? RateWindow.unlimited() : new RateWindow(options.rateLimit());
    }

    /** Where the requests to an endpoint are counted: feed and expired share a limit of their own. */
    RateWindow rate(Endpoint endpoint) {
        return switch (endpoint) {
            case JOBS_FEED, JOBS_EXPIRED -> feedRate;
            default -> generalRate;
        };
    }

    /** Answers a request that came with this key; null when it came without one. */
    HttpReply answer(ApiRequest request, String key) {
        try {
            authenticate(request.endpoint(), key);
            Instant now = options.clock().instant();
            long wait = rate(request.endpoint()).secondsToWait(now);
            if (wait > 0) {
                throw ApiError.rateLimited(wait);
            }
            if (!request.method().equals(request.endpoint().method())) {
                HttpReply refused = ApiError.of(
                                405,
                                "Method Not Allowed",
                                "Method " + request.method() + " is not allowed here; use "
                                        + request.endpoint().method() + ".")
                        .reply();
                return new HttpReply(405, Map.of("Allow", request.endpoint().method()), refused.body(), 0);
            }
            return switch (request.endpoint()) {
                case JOBS_FEED -> jobs(Fields.ofBody(request.body()));
                case JOBS_EXPIRED -> expired(Fields.ofQuery(request.query()));
                case CAREER_SITES_FEED -> careerSites(Fields.ofBody(request.body()));
                case COMPANY -> company(request.path());
            };
        } catch (ApiError refusal) {
            return refusal.reply();
        }
    }

    private void authenticate(Endpoint endpoint, String key) throws ApiError {
        // profiles are free and were seen to need no key; a wrong one is still refused
        if (key == null && endpoint == Endpoint.COMPANY) {
            return;
        }
        if (key == null || !options.apiKeys().contains(key)) {
            throw ApiError.unauthorized();
        }
    }

    private HttpReply jobs(Fields fields) throws ApiError {
        int batchSize = fields.batchSize(1000, 1000);
        Cursor cursor = Cursor.in(fields, "jobs");
        Fields scan = cursor == null ? fields.withoutPaging() : cursor.scan();
        JobFilter filter = JobFilter.of(scan);
        BigDecimal reserved = reserve(options.creditsPerJob(), batchSize);
        JobUniverse.JobPage page = world.jobs(filter, position(cursor), batchSize);
        JsonBytes out = new JsonBytes(1024 + page.rows().size() * (options.descriptionBytes() + 1024));
        out.raw("{\"jobs\":");
        char separator = '[';
        for (JobUniverse.Row row : page.rows()) {
            world.write(row, out.raw(separator));
            separator = ',';
        }
        out.raw(separator == '[' ? "[]" : "]");
        writePaging("jobs", scan, page.more(), page.last(), out);
        if (page.total() >= 0) {
            out.raw(",\"estimated_total\":").number(page.total());
        }
        int rows = page.rows().size();
        Map<String, String> headers = settle(options.creditsPerJob(), reserved, rows);
        headers.put("X-Has-More", Boolean.toString(page.more()));
        return new HttpReply(200, headers, out.raw('}').toByteArray(), rows);
    }

    private HttpReply expired(Fields fields) throws ApiError {
        int batchSize = fields.batchSize(1000, 10_000);
        Cursor cursor = Cursor.in(fields, "expired");
        JobUniverse.Position after = position(cursor);
        if (cursor == null) {
            long now = world.now();
            Long since = fields.time("expired_since");
            if (since != null && since < now - 7 * Times.DAY) {
                throw ApiError.badRequest("Parameter 'expired_since' cannot be older than 7 days.");
            }
            after = new JobUniverse.Position(since == null ? now - Times.DAY : since, null);
        }
        JobUniverse.ExpiredPage page = world.expired(after, batchSize);
        JsonBytes out = new JsonBytes(1024 + 39 * page.ids().size());
        out.raw("{\"job_ids\":[");
        for (int i = 0; i < page.ids().size(); i++) {
            (i == 0 ? out : out.raw(',')).id(page.ids().get(i));
        }
        out.raw(']');
        writePaging("expired", new Fields(HttpReply.MAPPER.createObjectNode()), page.more(), page.last(), out);
        return new HttpReply(
                200,
                Map.of("X-Has-More", Boolean.toString(page.more())),
                out.raw('}').toByteArray(),
                page.ids().size());
    }

    private HttpReply careerSites(Fields fields) throws ApiError {
        int batchSize = fields.batchSize(50, 50);
        Cursor cursor = Cursor.in(fields, "career-sites");
        Fields scan = cursor == null ? fields.withoutPaging() : cursor.scan();
        SiteFilter filter = SiteFilter.of(scan);
        BigDecimal price = options.creditsPerJob() == null ? null : CREDITS_PER_CAREER_SITE;
        BigDecimal reserved = reserve(price, batchSize);
        JobUniverse.SitePage page = world.careerSites(filter, position(cursor), batchSize);
        JsonBytes out = new JsonBytes(65_536);
        out.raw("{\"career_sites\":");
        char separator = '[';
        for (int[] site : page.sites()) {
            world.companies().writeCareerSite(site[0], site[1], out.raw(separator));
            separator = ',';
        }
        out.raw(separator == '[' ? "[]" : "]");
        writePaging("career-sites", scan, page.more(), page.last(), out);
        int rows = page.sites().size();
        Map<String, String> headers = settle(price, reserved, rows);
        headers.put("X-Has-More", Boolean.toString(page.more()));
        return new HttpReply(200, headers, out.raw('}').toByteArray(), rows);
    }

    private HttpReply company(String path) {
        String id = path.substring(Endpoint.COMPANY.path().length());
        ObjectNode profile;
        try {
            profile = world.company(UUID.fromString(id));
        } catch (IllegalArgumentException e) {
            profile = null;
        }
        return profile == null
                ? HttpReply.json(404, Map.of(), Map.of("error", "Not Found"))
                : HttpReply.json(200, Map.of(), profile);
    }

    private static JobUniverse.Position position(Cursor cursor) {
        return cursor == null ? null : new JobUniverse.Position(cursor.order(), cursor.id());
    }

    private static void writePaging(String kind, Fields scan, boolean more, JobUniverse.Position last, JsonBytes out) {
        out.raw(",\"next_cursor\":");
        out.text(more ? new Cursor(kind, scan, last.order(), last.id()).encode() : null);
        out.raw(",\"has_more\":").raw(Boolean.toString(more));
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

    private Map<String, String> settle(BigDecimal price, BigDecimal reserved, int rows) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (price != null) {
            BigDecimal cost = price.multiply(BigDecimal.valueOf(rows));
            BigDecimal balance = wallet.giveBack(reserved.subtract(cost));
            if (cost.signum() > 0) {
                headers.put("X-Credits-Deducted", ApiError.plain(cost));
                headers.put("X-Credits-Balance", ApiError.plain(balance));
            }
        }
        return headers;
    }
}
