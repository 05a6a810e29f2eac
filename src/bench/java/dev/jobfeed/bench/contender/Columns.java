package dev.jobfeed.bench.contender;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Lists the columns of the table job that a delivered row fills, except its id. */
final class Columns {

    /** Defines how the value of a column is read and bound. */
    enum Kind {
        TEXT,
        BOOLEAN,
        TIME,
        JSON
    }

    private static final Map<String, Kind> KINDS = kinds();

    /** Lists the columns in the order of {@link Posting#values()}. */
    static final List<String> ALL = List.copyOf(KINDS.keySet());

    private static final Map<String, Integer> POSITIONS = Collections.unmodifiableMap(IntStream.range(0, ALL.size())
            .collect(LinkedHashMap::new, (map, i) -> map.put(ALL.get(i), i), Map::putAll));

    static final int UPDATED_AT = position("updated_at");
    static final int COMPANY = position("company");
    static final int COMPANY_ID = position("company_id");
    static final int COMPANY_NAME = position("company_name");
    static final int EXTRA = position("extra");

    private Columns() {}

    private static Map<String, Kind> kinds() {
        Map<String, Kind> kinds = new LinkedHashMap<>();
        put(kinds, Kind.TEXT, "title", "normalized_title", "description", "summary", "listing_url", "apply_url");
        put(kinds, Kind.TEXT, "employment_type", "workplace_type", "experience_level", "source");
        put(kinds, Kind.TIME, "created_at", "updated_at", "date_posted", "valid_through");
        put(kinds, Kind.BOOLEAN, "is_work_auth_required", "is_h1b_sponsor", "is_clearance_required");
        put(kinds, Kind.JSON, "company", "locations", "compensation", "qualifications", "responsibilities", "benefits");
        put(kinds, Kind.JSON, "extra");
        put(kinds, Kind.TEXT, "company_id", "company_name");
        return kinds;
    }

    private static void put(Map<String, Kind> kinds, Kind kind, String... names) {
        for (String name : names) {
            kinds.put(name, kind);
        }
    }

    static Kind kind(int position) {
        return KINDS.get(ALL.get(position));
    }

    /** Returns the position of a column; -1 for a name without a column. */
    static int position(String name) {
        return POSITIONS.getOrDefault(name, -1);
    }
}
