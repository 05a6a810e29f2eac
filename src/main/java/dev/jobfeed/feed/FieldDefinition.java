package dev.jobfeed.feed;

/**
 * One field of a row as the API delivers it, and the column of the same name that keeps it.
 *
 * @param name the name on the wire and in the table
 * @param kind how the value is read and stored
 * @param part what it is written together with
 */
public record FieldDefinition(String name, Kind kind, ColumnGroup part) {

    /** A field of the part that its kind belongs to. */
    FieldDefinition(String name, Kind kind) {
        this(name, kind, kind == Kind.JSON ? ColumnGroup.JSON : ColumnGroup.SCALAR);
    }

    /** How a field's value is read from JSON and stored. */
    public enum Kind {
        /** A JSON string, stored as it came. */
        TEXT,
        /** true or false. */
        BOOLEAN,
        /** A date or date-time; anything else makes the row unusable. */
        TIMESTAMP,
        /** A date or date-time; anything else is stored as null, with the delivered value in {@code extra}. */
        LENIENT_TIMESTAMP,
        /** Any JSON value, stored as JSON. */
        JSON
    }
}
