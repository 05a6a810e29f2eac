package dev.jobfeed.feed;

/**
 * A field of a row as the API delivers it, and the column of the same name.
 *
 * @param name the name in the response and in the table
 * @param kind how the value is parsed and stored
 * @param part the columns it is written together with
 */
public record FieldDefinition(String name, Kind kind, ColumnGroup part) {

    /** Creates a field in the column group of its kind. */
    FieldDefinition(String name, Kind kind) {
        this(name, kind, kind == Kind.JSON ? ColumnGroup.JSON : ColumnGroup.SCALAR);
    }

    /** Defines how a field's value is parsed from JSON and stored. */
    public enum Kind {
        /** A JSON string, stored unchanged. */
        TEXT,
        /** true or false. */
        BOOLEAN,
        /** A date or date-time; any other value makes the row invalid. */
        TIMESTAMP,
        /** A date or date-time; any other value is stored as null, and kept in {@code extra} as delivered. */
        LENIENT_TIMESTAMP,
        /** Any JSON value, stored as JSON. */
        JSON
    }
}
