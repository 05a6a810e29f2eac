package dev.jobfeed.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** Answers the requests of the API: authenticate, validate, check credits, deliver, in this order. */
final class Api {

    private static final BigDecimal CREDITS_PER_CAREER_SITE = BigDecimal.valueOf(50);
    private static final BigDecimal CREDITS_PER_DOLLAR = BigDecimal.valueOf(1000);

    private final SandboxOptions options;
    private final World world;
    private final Wallet wallet;

    Api(SandboxOptions options, World world) {
        this.options = options;
        this.world = world;
        this.wallet = new Wallet(options.creditsBalance());
    }

    /** Answers a request that came with this key; null when it came without one. */
    Reply answer(ApiRequest request, String key) {
        try {
            authenticate(request.endpoint(), key);
            if (!request.method().equals(request.endpoint().method())) {
                Reply refused = Refusal.of(
                                405,
                                "Method Not Allowed",
                                "Method " + request.method() + " is not allowed here; use "
                                        + request.endpoint().method() + ".")
                        .reply();
                return new Reply(405, Map.of("Allow", request.endpoint().method()), refused.body(), 0);
            }
            return switch (request.endpoint()) {
                case JOBS_FEED -> jobs(Fields.ofBody(request.body()));
                case JOBS_EXPIRED -> expired(query(request.query()));
                case CAREER_SITES_FEED -> careerSites(Fields.ofBody(request.body()));
                case COMPANY -> company(request.path());
            };
        } catch (Refusal refusal) {
            return refusal.reply();
        }
    }

    private void authenticate(Endpoint endpoint, String key) throws Refusal {
        // profiles are free and were seen to need no key; a wrong one is still refused
        if (key == null && endpoint == Endpoint.COMPANY) {
            return;
        }
        if (key == null || !options.apiKeys().contains(key)) {
            throw Refusal.of(401, "Unauthorized", "Missing or invalid API key. Include 'X-Api-Key' header.");
        }
    }

    private Reply jobs(Fields fields) throws Refusal {
        int batchSize = fields.batchSize(1000, 1000);
        Cursor cursor = Cursor.in(fields, "jobs");
        Fields scan = cursor == null ? fields.withoutPaging() : cursor.scan();
        JobFilter filter = JobFilter.of(scan);
        BigDecimal reserved = reserve(options.creditsPerJob(), batchSize);
        World.JobPage page = world.jobs(filter, position(cursor), batchSize);
        JsonBytes out = new JsonBytes(1024 + page.rows().size() * (options.descriptionBytes() + 1024));
        out.raw("{\"jobs\":");
        char separator = '[';
        for (World.Row row : page.rows()) {
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
        return new Reply(200, headers, out.raw('}').toByteArray(), rows);
    }

    private Reply expired(Fields fields) throws Refusal {
        int batchSize = fields.batchSize(1000, 10_000);
        Cursor cursor = Cursor.in(fields, "expired");
        World.Position after = position(cursor);
        if (cursor == null) {
            long now = world.now();
            Long since = fields.time("expired_since");
            if (since != null && since < now - 7 * Times.DAY) {
                throw Refusal.badRequest("Parameter 'expired_since' cannot be older than 7 days.");
            }
            after = new World.Position(since == null ? now - Times.DAY : since, null);
        }
        World.ExpiredPage page = world.expired(after, batchSize);
        JsonBytes out = new JsonBytes(1024 + 39 * page.ids().size());
        out.raw("{\"job_ids\":[");
        for (int i = 0; i < page.ids().size(); i++) {
            (i == 0 ? out : out.raw(',')).id(page.ids().get(i));
        }
        out.raw(']');
        writePaging("expired", new Fields(Reply.MAPPER.createObjectNode()), page.more(), page.last(), out);
        return new Reply(
                200,
                Map.of("X-Has-More", Boolean.toString(page.more())),
                out.raw('}').toByteArray(),
                page.ids().size());
    }

    private Reply careerSites(Fields fields) throws Refusal {
        int batchSize = fields.batchSize(50, 50);
        Cursor cursor = Cursor.in(fields, "career-sites");
        Fields scan = cursor == null ? fields.withoutPaging() : cursor.scan();
        SiteFilter filter = SiteFilter.of(scan);
        BigDecimal price = options.creditsPerJob() == null ? null : CREDITS_PER_CAREER_SITE;
        BigDecimal reserved = reserve(price, batchSize);
        World.SitePage page = world.careerSites(filter, position(cursor), batchSize);
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
        return new Reply(200, headers, out.raw('}').toByteArray(), rows);
    }

    private Reply company(String path) {
        String id = path.substring(Endpoint.COMPANY.path().length());
        ObjectNode profile;
        try {
            profile = world.company(UUID.fromString(id));
        } catch (IllegalArgumentException e) {
            profile = null;
        }
        return profile == null
                ? Reply.json(404, Map.of(), Map.of("error", "Not Found"))
                : Reply.json(200, Map.of(), profile);
    }

    private static World.Position position(Cursor cursor) {
        return cursor == null ? null : new World.Position(cursor.order(), cursor.id());
    }

    private static void writePaging(String kind, Fields scan, boolean more, World.Position last, JsonBytes out) {
        out.raw(",\"next_cursor\":");
        out.text(more ? new Cursor(kind, scan, last.order(), last.id()).encode() : null);
        out.raw(",\"has_more\":").raw(Boolean.toString(more));
    }

    /** Takes the price of everything that was asked for, as the real precheck does; null when nothing is metered. */
    private BigDecimal reserve(BigDecimal price, int rows) throws Refusal {
        if (price == null) {
            return null;
        }
        BigDecimal required = price.multiply(BigDecimal.valueOf(rows));
        if (wallet.reserve(required)) {
            return required;
        }
        BigDecimal balance = wallet.balance();
        String detail = "This request needs " + plain(required) + " credits ($" + plain(dollars(required))
                + "). Your wallet balance is " + plain(balance) + " credits ($" + plain(dollars(balance))
                + "). Top up your wallet to continue.";
        throw new Refusal(Reply.json(
                402,
                Map.of("X-Credits-Required", plain(required), "X-Credits-Balance", plain(balance)),
                Reply.fields(
                        "error", "Insufficient credits",
                        "detail", detail,
                        "credits_required", required.stripTrailingZeros(),
                        "credits_balance", balance.stripTrailingZeros(),
                        "cost_per_request_usd", dollars(required).stripTrailingZeros())));
    }

    private Map<String, String> settle(BigDecimal price, BigDecimal reserved, int rows) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (price != null) {
            BigDecimal cost = price.multiply(BigDecimal.valueOf(rows));
            BigDecimal balance = wallet.giveBack(reserved.subtract(cost));
            if (cost.signum() > 0) {
                headers.put("X-Credits-Deducted", plain(cost));
                headers.put("X-Credits-Balance", plain(balance));
            }
        }
        return headers;
    }

    private static BigDecimal dollars(BigDecimal credits) {
        return credits.divide(CREDITS_PER_DOLLAR, 6, RoundingMode.HALF_UP);
    }

    private static String plain(BigDecimal number) {
        return number.stripTrailingZeros().toPlainString();
    }

    private static Fields query(String query) throws Refusal {
        ObjectNode values = Reply.MAPPER.createObjectNode();
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                String name = decode(pair.substring(0, equals));
                String value = decode(pair.substring(equals + 1));
                if (value.isEmpty()) {
                    continue;
                }
                if (name.equals("batch_size")) {
                    values.put(name, wholeNumber(value));
                } else {
                    values.put(name, value);
                }
            }
        }
        return new Fields(values);
    }

    private static int wholeNumber(String value) throws Refusal {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw Refusal.badRequest("Parameter 'batch_size' must be an integer.");
        }
    }

    private static String decode(String text) throws Refusal {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest("The query is not valid.");
        }
    }
}
