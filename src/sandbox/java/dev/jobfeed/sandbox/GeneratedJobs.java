package dev.jobfeed.sandbox;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.jobfeed.sandbox.http.Json;
import dev.jobfeed.sandbox.http.Times;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/** Jobs that need not be kept: job i is a pure function of the seed and i. */
final class GeneratedJobs {

    private static final int DOMAIN = 21;
    private static final int TIMES = 22;
    private static final int POSTED = 23;
    private static final int TEXT = 24;

    private static final long FROM = Times.ANCHOR - 90 * Times.DAY;
    private static final long SPAN = 88 * Times.DAY;

    /** What the rest of a job takes, on average. */
    private static final int BESIDE_DESCRIPTION = 1800;

    private static final String[] FLAGS = {"is_work_auth_required", "is_h1b_sponsor", "is_clearance_required"};

    private final long seed;
    private final int count;
    private final long step;
    private final int descriptionBytes;
    private final Companies companies;

    /** Numbers the jobs: the first {@code count} exist from the start, later ones appear. */
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

    /** Returns a time that strictly increases with the number. */
    long createdAt(int number) {
        return FROM + number * step + new SeededRandom(seed, TIMES, number).belowLong(Math.max(1, step / 2));
    }

    /** Returns a time that is never before created_at, and increases with the number as well. */
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
        SampleText.Role role = draw.pick(SampleText.WORDS.roles());
        String[] level = draw.pick(SampleText.WORDS.levels());
        String employment = draw.pick(SampleText.WORDS.employmentTypes());
        String workplace = draw.pick(SampleText.WORDS.workplaceTypes());
        String source = draw.pick(SampleText.WORDS.sources());
        boolean withLevel = !draw.oneIn(12);
        Location first = draw.pick(SampleText.WORDS.places());
        List<Location> places = List.of(first);
        if (draw.oneIn(9)) {
            places = List.of();
        } else if (draw.oneIn(5)) {
            places = new ArrayList<>(places);
            for (int more = 1 + draw.below(3); more > 0; more--) {
                places.add(draw.pick(SampleText.WORDS.places()));
            }
        }
        return new Traits(
                role, level[1], new JobFacets(places, source, workplace, employment, withLevel ? level[0] : null));
    }

    /** Writes a job as the feed shows it; a revision changes the title or the description, in turn. */
    void write(Job job, JsonGenerator out) throws IOException {
        int number = job.number();
        SeededRandom draw = new SeededRandom(seed, DOMAIN, number);
        Traits traits = traits(draw);
        JobFacets facets = traits.facets();
        SampleText.Role role = traits.role();
        boolean sparse = draw.oneIn(12);
        boolean withoutText = sparse && draw.oneIn(4);
        int titleFirst = draw.below(2);
        int titleEdition = withoutText ? job.revision() : (job.revision() + titleFirst) / 2;
        int textEdition = (job.revision() + 1 - titleFirst) / 2;
        int company = draw.below(companies.count());

        out.writeStartObject();
        out.writeStringField("id", id(number).toString());
        String edition = titleEdition > 0 ? " (edition " + (titleEdition + 1) + ")" : "";
        out.writeStringField("title", traits.titleStart() + role.title() + edition);
        if (!sparse) {
            out.writeStringField("normalized_title", draw.oneIn(8) ? null : role.normalized());
        }
        out.writeFieldName("company");
        if (sparse && draw.oneIn(3)) {
            out.writeNull();
        } else {
            companies.writeSummary(company, out);
        }
        out.writeFieldName("description");
        if (withoutText) {
            out.writeNull();
        } else {
            byte[] description = description(number, textEdition);
            out.writeRawUTF8String(description, 0, description.length);
        }
        if (!sparse) {
            out.writeStringField(
                    "summary",
                    draw.oneIn(4)
                            ? null
                            : "A " + role.title() + " position, number " + number
                                    + ". Nothing in it is real; it exists to be synchronized.");
        }
        String url = "https://jobs.example/" + facets.source() + "/" + number;
        out.writeStringField("listing_url", url);
        out.writeStringField("apply_url", url + (draw.oneIn(2) ? "" : "/apply?utm_source=feed&ref=1"));
        out.writeObjectField("locations", facets.places().isEmpty() && sparse ? null : places(facets.places()));
        if (!sparse) {
            out.writeObjectField("compensation", compensation(draw, facets.places()));
        }
        out.writeStringField("employment_type", facets.employmentType());
        out.writeStringField("workplace_type", facets.workplaceType());
        out.writeStringField("experience_level", facets.experienceLevel());
        out.writeStringField("source", facets.source());
        out.writeStringField("created_at", Times.text(job.createdAt()));
        out.writeStringField("updated_at", Times.text(job.updatedAt()));
        if (sparse) {
            out.writeNullField("date_posted");
            if (draw.oneIn(2)) {
                out.writeNullField("qualifications");
            }
            out.writeNullField("responsibilities");
            out.writeObjectField("benefits", draw.oneIn(2) ? null : List.of());
        } else {
            out.writeStringField("date_posted", Times.textOfMillis(postedAt(number, job.createdAt())));
            out.writeStringField(
                    "valid_through",
                    draw.oneIn(3)
                            ? Times.textOfMillis(
                                    Math.floorDiv(job.createdAt(), 1000L) + (30L + draw.below(60)) * 86_400_000L)
                            : null);
            out.writeObjectField("qualifications", qualifications(draw, role));
            out.writeObjectField("responsibilities", some(SampleText.WORDS.responsibilities(), draw.below(6), draw));
            out.writeObjectField("benefits", some(SampleText.WORDS.benefits(), draw.below(5), draw));
        }
        for (String flag : FLAGS) {
            int value = draw.below(4);
            out.writeObjectField(flag, value > 1 ? null : value == 0);
        }
        out.writeEndObject();
    }

    /** Returns milliseconds before created_at, by less than an hour for jobs that appeared later. */
    private long postedAt(int number, long createdAt) {
        int minutes = new SeededRandom(seed, POSTED, number).below(number < count ? 2880 : 60);
        return Math.floorDiv(createdAt, 1000L) - minutes * 60_000L - 1;
    }

    /** Returns a description as it stands between its quotes in JSON, put together from paragraphs. */
    private byte[] description(int number, int edition) {
        SeededRandom draw = new SeededRandom(seed, TEXT, number);
        // half a paragraph less, since the last one reaches over the end
        int until = descriptionBytes / 2 + draw.below(descriptionBytes) - 181;
        ByteArrayOutputStream text = new ByteArrayOutputStream(descriptionBytes * 2);
        String beginning = "Reference J-" + number + (edition > 0 ? ", edition " + (edition + 1) : "");
        text.writeBytes((beginning + "\\n\\n").getBytes(StandardCharsets.US_ASCII));
        while (text.size() < until) {
            text.writeBytes(draw.pick(SampleText.PARAGRAPHS));
        }
        return text.toByteArray();
    }

    private static List<Object> places(List<Location> places) {
        List<Object> rows = new ArrayList<>();
        for (Location place : places) {
            rows.add(Json.object(
                    "location", (place.city() == null ? "" : place.city() + ", ") + place.country(),
                    "city", place.city(),
                    "region", place.region(),
                    "country", place.country(),
                    "latitude", place.latitude(),
                    "longitude", place.longitude()));
        }
        return rows;
    }

    private static Object compensation(SeededRandom draw, List<Location> places) {
        int kind = draw.below(10);
        if (kind < 4) {
            return null;
        }
        Location home = places.isEmpty() ? SampleText.WORDS.places()[0] : places.get(0);
        boolean hourly = kind < 6;
        long cents = hourly ? 1500 + draw.below(6000) : 3_000_000L + draw.below(15_000_000);
        return Json.object(
                "min",
                money(cents),
                "max",
                kind == 9 ? null : money(cents + cents / 4),
                "currency",
                home.currency(),
                // "year" was seen beside the documented "yearly"
                "period",
                hourly ? "hourly" : kind == 6 ? "year" : "yearly");
    }

    private static BigDecimal money(long cents) {
        return BigDecimal.valueOf(cents, 2).setScale(cents % 100 == 0 ? 0 : 2, RoundingMode.UNNECESSARY);
    }

    private static Object qualifications(SeededRandom draw, SampleText.Role role) {
        SampleText words = SampleText.WORDS;
        List<?> education = draw.oneIn(2) ? List.of(draw.pick(words.education())) : List.of();
        List<?> certifications = draw.oneIn(5) ? List.of(draw.pick(words.certifications())) : List.of();
        List<Object> skills = new ArrayList<>();
        for (int hard = draw.below(role.skills().length + 1); skills.size() < hard; ) {
            skills.add(Json.object("name", role.skills()[skills.size()], "type", "hard"));
        }
        skills.add(Json.object("name", draw.pick(words.softSkills()), "type", "soft"));
        List<?> preferred =
                draw.oneIn(3) ? List.of(Json.object("name", draw.pick(words.softSkills()), "type", null)) : List.of();
        return Json.object(
                "must_have",
                Json.object("education", education, "certifications", certifications, "skills", skills),
                "preferred",
                Json.object("education", List.of(), "certifications", List.of(), "skills", preferred));
    }

    private static List<String> some(String[] values, int howMany, SeededRandom draw) {
        int first = draw.below(values.length);
        return IntStream.range(0, howMany)
                .mapToObj(i -> values[(first + i) % values.length])
                .toList();
    }
}
