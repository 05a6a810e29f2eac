package dev.jobfeed.feed;

import static dev.jobfeed.feed.Field.Kind.BOOLEAN;
import static dev.jobfeed.feed.Field.Kind.JSON;
import static dev.jobfeed.feed.Field.Kind.LENIENT_TIMESTAMP;
import static dev.jobfeed.feed.Field.Kind.TEXT;
import static dev.jobfeed.feed.Field.Kind.TIMESTAMP;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a feed's rows look like: the array that holds them and the fields that have a column. Fields that are not
 * listed are kept together in {@code extra}.
 */
public final class RowShape {

    /** {@code POST /api/jobs/feed}: JobDto. */
    public static final RowShape JOB = new RowShape(
            "jobs",
            List.of(
                    new Field("title", TEXT),
                    new Field("normalized_title", TEXT),
                    new Field("description", TEXT, Part.LONG_TEXT),
                    new Field("summary", TEXT),
                    new Field("listing_url", TEXT),
                    new Field("apply_url", TEXT),
                    new Field("employment_type", TEXT),
                    new Field("workplace_type", TEXT),
                    new Field("experience_level", TEXT),
                    new Field("source", TEXT),
                    new Field("created_at", TIMESTAMP),
                    new Field("updated_at", TIMESTAMP),
                    new Field("date_posted", LENIENT_TIMESTAMP),
                    new Field("valid_through", LENIENT_TIMESTAMP),
                    new Field("is_work_auth_required", BOOLEAN),
                    new Field("is_h1b_sponsor", BOOLEAN),
                    new Field("is_clearance_required", BOOLEAN),
                    new Field("company", JSON),
                    new Field("locations", JSON),
                    new Field("compensation", JSON),
                    new Field("qualifications", JSON),
                    new Field("responsibilities", JSON),
                    new Field("benefits", JSON)),
            List.of(new Member("company_id", "company", "id"), new Member("company_name", "company", "name")));

    /** {@code POST /api/career-sites/feed}: CareerSiteDto. Its rows do not say when they changed. */
    public static final RowShape CAREER_SITE = new RowShape(
            "career_sites",
            List.of(
                    new Field("name", TEXT),
                    new Field("website", TEXT),
                    new Field("logo_url", TEXT),
                    new Field("summary", TEXT),
                    new Field("industries", JSON),
                    new Field("linkedin_url", TEXT),
                    new Field("crunchbase_url", TEXT),
                    new Field("ats", TEXT),
                    new Field("listing_url", TEXT),
                    new Field("details_url", TEXT)),
            List.of());

    /**
     * A column that repeats a text member of a JSON field, to be searched by.
     *
     * @param name the column
     * @param field the JSON field
     * @param member the member's name in it
     */
    public record Member(String name, String field, String member) {}

    private final String array;
    private final List<Field> fields;
    private final List<Member> members;
    private final Map<String, List<Member>> membersOf;
    private final Map<String, Integer> positions;

    private RowShape(String array, List<Field> fields, List<Member> members) {
        this.array = array;
        this.fields = fields;
        this.members = members;
        this.membersOf = members.stream().collect(Collectors.groupingBy(Member::field));
        List<String> columns = Stream.concat(
                        fields.stream().map(Field::name), members.stream().map(Member::name))
                .toList();
        this.positions = IntStream.range(0, columns.size())
                .boxed()
                .collect(Collectors.toUnmodifiableMap(columns::get, Function.identity()));
    }

    /** The name of the array in the answer. */
    public String array() {
        return array;
    }

    /** The fields that have a column, in the order in which a {@link Row} holds their values. */
    public List<Field> fields() {
        return fields;
    }

    /** The columns that repeat a member of a field; a row holds their values after those of the fields. */
    public List<Member> members() {
        return members;
    }

    /** Those of the columns that repeat a member of this field. */
    List<Member> members(Field field) {
        return membersOf.getOrDefault(field.name(), List.of());
    }

    /** The part of a row that a column belongs to. */
    public Part part(String column) {
        int position = position(column);
        if (position >= 0 && position < fields.size()) {
            return fields.get(position).part();
        }
        return column.equals("extra") ? Part.JSON : Part.SHORT;
    }

    /** Where a row holds a column's value, or -1 for a name that has no column. */
    public int position(String column) {
        return positions.getOrDefault(column, -1);
    }
}
