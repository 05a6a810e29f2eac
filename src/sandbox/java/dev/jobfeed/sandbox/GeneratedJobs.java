package dev.jobfeed.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Jobs that nobody has to keep: job i is a pure function of the seed and i. */
final class GeneratedJobs {

    private static final int DOMAIN = 21;
    private static final int TIMES = 22;
    private static final int POSTED = 23;
    private static final int TEXT = 24;

    private static final long FROM = Times.ANCHOR - 90 * Times.DAY;
    private static final long SPAN = 88 * Times.DAY;

    /** What the rest of a job takes, on average. */
    private static final int BESIDE_DESCRIPTION = 1800;

    private final long seed;
    private final int count;
    private final long step;
    private final int descriptionBytes;
    private final Companies companies;

    /** The first {@code count} jobs exist from the start; later numbers are for jobs that appear. */
    GeneratedJobs(long seed, int count, int jobBytes, Companies companies) {
        this.seed = seed;
        this.count = count;
        this.step = SPAN / Math.max(1, count);
        this.descriptionBytes = Math.max(300, jobBytes - BESIDE_DESCRIPTION);
        this.companies = companies;
    }

    UUID id(int number) {
        return Ids.of(seed, Ids.JOB, number);
    }

    int numberOf(UUID id) {
        return Ids.numberOf(seed, Ids.JOB, id);
    }

    /** Strictly increasing with the number. */
    long createdAt(int number) {
        return FROM + number * step + new SeededRandom(seed, TIMES, number).belowLong(Math.max(1, step / 2));
    }

    /** Never before created_at, and increasing with the number as well. */
    long updatedAt(int number) {
        SeededRandom draw = new SeededRandom(seed, TIMES, number);
        long created = FROM + number * step + draw.belowLong(Math.max(1, step / 2));
        return draw.oneIn(3) ? created : created + draw.belowLong(Math.max(1, step / 2));
    }

    JobFacets facets(int number) {
        return traits(new SeededRandom(seed, DOMAIN, number)).facets();
    }

    private record Traits(SampleText.Role role, String titleStart, JobFacets facets) {}

    private Traits traits(SeededRandom draw) {
        SampleText.Role role = draw.pick(SampleText.ROLES);
        String[] level = draw.pick(SampleText.LEVELS);
        String employment = draw.pick(SampleText.EMPLOYMENT_TYPES);
        String workplace = draw.pick(SampleText.WORKPLACE_TYPES);
        String source = draw.pick(SampleText.SOURCES);
        boolean withLevel = !draw.oneIn(12);
        Location first = draw.pick(SampleText.PLACES);
        List<Location> places = List.of(first);
        if (draw.oneIn(9)) {
            places = List.of();
        } else if (draw.oneIn(5)) {
            places = new ArrayList<>(places);
            for (int more = 1 + draw.below(3); more > 0; more--) {
                places.add(draw.pick(SampleText.PLACES));
            }
        }
        return new Traits(
                role, level[1], new JobFacets(places, source, workplace, employment, withLevel ? level[0] : null));
    }

    /** Writes a job as the feed shows it; a revision changes the title or the description, in turn. */
    void write(int number, int revision, long createdAt, long updatedAt, JsonBytes out) {
        SeededRandom draw = new SeededRandom(seed, DOMAIN, number);
        Traits traits = traits(draw);
        JobFacets facets = traits.facets();
        SampleText.Role role = traits.role();
        boolean sparse = draw.oneIn(12);
        boolean withoutText = sparse && draw.oneIn(4);
        int titleFirst = draw.below(2);
        int titleEdition = withoutText ? revision : (revision + titleFirst) / 2;
        int textEdition = (revision + 1 - titleFirst) / 2;
        int company = draw.below(companies.count());
        Location home = facets.places().isEmpty()
                ? SampleText.PLACES[0]
                : facets.places().get(0);

        out.raw("{\"id\":").id(id(number));
        out.raw(",\"title\":\"").inner(traits.titleStart()).inner(role.title());
        if (titleEdition > 0) {
            out.raw(" (edition ").number(titleEdition + 1L).raw(')');
        }
        out.raw('"');
        if (!sparse) {
            out.raw(",\"normalized_title\":").text(draw.oneIn(8) ? null : role.normalized());
        }
        out.raw(",\"company\":");
        if (sparse && draw.oneIn(3)) {
            out.raw("null");
        } else {
            companies.writeSummary(company, out);
        }
        out.raw(",\"description\":");
        if (withoutText) {
            out.raw("null");
        } else {
            writeDescription(number, textEdition, out);
        }
        if (!sparse) {
            out.raw(",\"summary\":");
            if (draw.oneIn(4)) {
                out.raw("null");
            } else {
                out.raw("\"A ").inner(role.title()).raw(" position, number ").number(number);
                out.raw(". Nothing in it is real; it exists to be synchronized.\"");
            }
        }
        out.raw(",\"listing_url\":\"https://jobs.example/")
                .raw(facets.source())
                .raw('/')
                .number(number)
                .raw('"');
        out.raw(",\"apply_url\":\"https://jobs.example/")
                .raw(facets.source())
                .raw('/')
                .number(number);
        out.raw(draw.oneIn(2) ? "\"" : "/apply?utm_source=feed&ref=1\"");
        out.raw(",\"locations\":");
        writePlaces(facets.places(), sparse, out);
        if (!sparse) {
            writeCompensation(draw, home, out);
        }
        out.raw(",\"employment_type\":").text(facets.employmentType());
        out.raw(",\"workplace_type\":").text(facets.workplaceType());
        out.raw(",\"experience_level\":").text(facets.experienceLevel());
        out.raw(",\"source\":").text(facets.source());
        out.raw(",\"created_at\":").micros(createdAt);
        out.raw(",\"updated_at\":").micros(updatedAt);
        out.raw(",\"date_posted\":");
        if (sparse) {
            out.raw("null");
        } else {
            out.millis(postedAt(number, createdAt));
            out.raw(",\"valid_through\":");
            if (draw.oneIn(3)) {
                out.millis(Math.floorDiv(createdAt, 1000L) + (30L + draw.below(60)) * 86_400_000L);
            } else {
                out.raw("null");
            }
        }
        if (sparse) {
            out.raw(draw.oneIn(2) ? ",\"qualifications\":null" : "");
            out.raw(",\"responsibilities\":null,\"benefits\":").raw(draw.oneIn(2) ? "null" : "[]");
        } else {
            writeQualifications(draw, role, out);
            writeSome(",\"responsibilities\":", SampleText.RESPONSIBILITIES, draw.below(6), draw, out);
            writeSome(",\"benefits\":", SampleText.BENEFITS, draw.below(5), draw, out);
        }
        writeMaybe(",\"is_work_auth_required\":", draw, out);
        writeMaybe(",\"is_h1b_sponsor\":", draw, out);
        writeMaybe(",\"is_clearance_required\":", draw, out);
        out.raw('}');
    }

    /** Milliseconds; before created_at, by less than an hour for jobs that appeared later. */
    private long postedAt(int number, long createdAt) {
        int minutes = new SeededRandom(seed, POSTED, number).below(number < count ? 2880 : 60);
        return Math.floorDiv(createdAt, 1000L) - minutes * 60_000L - 1;
    }

    private void writeDescription(int number, int edition, JsonBytes out) {
        SeededRandom draw = new SeededRandom(seed, TEXT, number);
        int until = out.length() + descriptionBytes / 2 + draw.below(descriptionBytes);
        out.raw("\"Reference J-").number(number);
        if (edition > 0) {
            out.raw(", edition ").number(edition + 1L);
        }
        out.raw("\\n\\n");
        // half a paragraph less, since the last one reaches over the end
        while (out.length() < until - 180) {
            out.raw(SampleText.PARAGRAPHS[draw.below(SampleText.PARAGRAPHS.length)]);
        }
        out.raw('"');
    }

    private static void writePlaces(List<Location> places, boolean sparse, JsonBytes out) {
        if (places.isEmpty() && sparse) {
            out.raw("null");
            return;
        }
        out.raw('[');
        for (int i = 0; i < places.size(); i++) {
            Location place = places.get(i);
            out.raw(i == 0 ? "{" : ",{");
            out.raw("\"location\":\"");
            if (place.city() != null) {
                out.inner(place.city()).raw(", ");
            }
            out.inner(place.country()).raw('"');
            out.raw(",\"city\":").text(place.city());
            out.raw(",\"region\":").text(place.region());
            out.raw(",\"country\":").text(place.country());
            out.raw(",\"latitude\":").raw(String.valueOf(place.latitude()));
            out.raw(",\"longitude\":").raw(String.valueOf(place.longitude())).raw('}');
        }
        out.raw(']');
    }

    private static void writeCompensation(SeededRandom draw, Location home, JsonBytes out) {
        out.raw(",\"compensation\":");
        int kind = draw.below(10);
        if (kind < 4) {
            out.raw("null");
            return;
        }
        boolean hourly = kind < 6;
        long cents = hourly ? 1500 + draw.below(6000) : 3_000_000L + draw.below(15_000_000);
        out.raw("{\"min\":");
        money(cents, out);
        out.raw(",\"max\":");
        if (kind == 9) {
            out.raw("null");
        } else {
            money(cents + cents / 4, out);
        }
        out.raw(",\"currency\":").text(home.currency());
        // "year" was seen beside the documented "yearly"
        out.raw(",\"period\":")
                .text(hourly ? "hourly" : kind == 6 ? "year" : "yearly")
                .raw('}');
    }

    private static void money(long cents, JsonBytes out) {
        out.number(cents / 100);
        if (cents % 100 != 0) {
            out.raw('.').number(cents / 10 % 10).number(cents % 10);
        }
    }

    private static void writeQualifications(SeededRandom draw, SampleText.Role role, JsonBytes out) {
        out.raw(",\"qualifications\":{\"must_have\":{\"education\":[");
        if (draw.oneIn(2)) {
            out.text(draw.pick(SampleText.EDUCATION));
        }
        out.raw("],\"certifications\":[");
        if (draw.oneIn(5)) {
            out.text(draw.pick(SampleText.CERTIFICATIONS));
        }
        out.raw("],\"skills\":[");
        int hard = draw.below(role.skills().length + 1);
        for (int i = 0; i < hard; i++) {
            out.raw("{\"name\":").text(role.skills()[i]).raw(",\"type\":\"hard\"},");
        }
        out.raw("{\"name\":").text(draw.pick(SampleText.SOFT_SKILLS)).raw(",\"type\":\"soft\"}]}");
        out.raw(",\"preferred\":{\"education\":[],\"certifications\":[],\"skills\":[");
        if (draw.oneIn(3)) {
            out.raw("{\"name\":").text(draw.pick(SampleText.SOFT_SKILLS)).raw(",\"type\":null}");
        }
        out.raw("]}}");
    }

    private static void writeSome(String key, String[] values, int howMany, SeededRandom draw, JsonBytes out) {
        out.raw(key).raw('[');
        int first = draw.below(values.length);
        for (int i = 0; i < howMany; i++) {
            (i == 0 ? out : out.raw(',')).text(values[(first + i) % values.length]);
        }
        out.raw(']');
    }

    private static void writeMaybe(String key, SeededRandom draw, JsonBytes out) {
        int value = draw.below(4);
        out.raw(key).raw(value == 0 ? "true" : value == 1 ? "false" : "null");
    }
}
