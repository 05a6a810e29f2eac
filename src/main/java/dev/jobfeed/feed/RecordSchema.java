package dev.jobfeed.feed;

import static dev.jobfeed.feed.FieldDefinition.Kind.BOOLEAN;
import static dev.jobfeed.feed.FieldDefinition.Kind.JSON;
import static dev.jobfeed.feed.FieldDefinition.Kind.LENIENT_TIMESTAMP;
import static dev.jobfeed.feed.FieldDefinition.Kind.TEXT;
import static dev.jobfeed.feed.FieldDefinition.Kind.TIMESTAMP;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Defines a feed's rows: the array that holds them and the fields that have a column. All other fields are kept in
 * {@code extra}.
 */
public final class RecordSchema {

    /** {@code POST /api/jobs/feed}: JobDto. */
    public static final RecordSchema JOB = new RecordSchema(
            "jobs",
            List.of(
                    new FieldDefinition("title", TEXT),
                    new FieldDefinition("normalized_title", TEXT),
                    new FieldDefinition("description", TEXT, ColumnGroup.LONG_TEXT),
                    new FieldDefinition("summary", TEXT),
                    new FieldDefinition("listing_url", TEXT),
                    new FieldDefinition("apply_url", TEXT),
                    new FieldDefinition("employment_type", TEXT),
                    new FieldDefinition("workplace_type", TEXT),
                    new FieldDefinition("experience_level", TEXT),
                    new FieldDefinition("source", TEXT),
                    new FieldDefinition("created_at", TIMESTAMP),
                    new FieldDefinition("updated_at", TIMESTAMP),
                    new FieldDefinition("date_posted", LENIENT_TIMESTAMP),
                    new FieldDefinition("valid_through", LENIENT_TIMESTAMP),
                    new FieldDefinition("is_work_auth_required", BOOLEAN),
                    new FieldDefinition("is_h1b_sponsor", BOOLEAN),
                    new FieldDefinition("is_clearance_required", BOOLEAN),
                    new FieldDefinition("company", JSON),
                    new FieldDefinition("locations", JSON),
                    new FieldDefinition("compensation", JSON),
                    new FieldDefinition("qualifications", JSON),
                    new FieldDefinition("responsibilities", JSON),
                    new FieldDefinition("benefits", JSON)),
            List.of(new Member("company_id", "company", "id"), new Member("company_name", "company", "name")));

    /** {@code POST /api/career-sites/feed}: CareerSiteDto. Its rows have no update time. */
    public static final RecordSchema CAREER_SITE = new RecordSchema(
            "career_sites",
            List.of(
                    new FieldDefinition("name", TEXT),
                    new FieldDefinition("website", TEXT),
                    new FieldDefinition("logo_url", TEXT),
                    new FieldDefinition("summary", TEXT),
                    new FieldDefinition("industries", JSON),
                    new FieldDefinition("linkedin_url", TEXT),
                    new FieldDefinition("crunchbase_url", TEXT),
                    new FieldDefinition("ats", TEXT),
                    new FieldDefinition("listing_url", TEXT),
                    new FieldDefinition("details_url", TEXT)),
            List.of());

    /**
     * A column that repeats a text member of a JSON field, for queries.
     *
     * @param name the column
     * @param field the JSON field
     * @param member the member's name in the field
     */
    public record Member(String name, String field, String member) {}

    private final String array;
    private final List<FieldDefinition> fields;
    private final List<Member> members;
    private final Map<String, List<Member>> membersOf;
    private final Map<String, Integer> positions;

    private RecordSchema(String array, List<FieldDefinition> fields, List<Member> members) {
        this.array = array;
        this.fields = fields;
        this.members = members;
        this.membersOf = members.stream().collect(Collectors.groupingBy(Member::field));
        List<String> columns = Stream.concat(
                        fields.stream().map(FieldDefinition::name),
                        members.stream().map(Member::name))
                .toList();
        this.positions = IntStream.range(0, columns.size())
                .boxed()
                .collect(Collectors.toUnmodifiableMap(columns::get, Function.identity()));
    }

    /** Returns the name of the array in the response. */
    public String array() {
        return array;
    }

    /** Returns the fields that have a column, in the order of the values in a {@link FeedRecord}. */
    public List<FieldDefinition> fields() {
        return fields;
    }

    /** Returns the columns that repeat a member of a field. A row holds their values after those of the fields. */
    public List<Member> members() {
        return members;
    }

    /** Returns the columns that repeat a member of this field. */
    List<Member> members(FieldDefinition field) {
        return membersOf.getOrDefault(field.name(), List.of());
    }

    /** Returns the column group of a column. */
    public ColumnGroup part(String column) {
        int position = position(column);
        if (position >= 0 && position < fields.size()) {
            return fields.get(position).part();
        }
        return column.equals("extra") ? ColumnGroup.JSON : ColumnGroup.SCALAR;
    }

    /** Returns the position of a column's value in a row, or -1 for a name that has no column. */
    public int position(String column) {
        return positions.getOrDefault(column, -1);
    }
}
