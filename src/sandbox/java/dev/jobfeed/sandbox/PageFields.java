package dev.jobfeed.sandbox;

import dev.jobfeed.sandbox.http.ApiError;
import dev.jobfeed.sandbox.http.ApiRequest;
import dev.jobfeed.sandbox.http.Fields;
import dev.jobfeed.sandbox.http.Target;

/**
 * What the parts of a page are called.
 *
 * @param rows the array of rows
 * @param title the short text of a row; null when a row is a bare id
 * @param description the long text of a row; null when a row is a bare id
 */
record PageFields(String rows, String title, String description) {

    /** Returns the names on pages of an endpoint, or null when it has none. */
    static PageFields of(Target endpoint) {
        return endpoint instanceof Endpoint jobo ? jobo.page() : null;
    }

    /** Returns the cursor a request continues from, or null. */
    static String cursorSent(ApiRequest<?> request) {
        try {
            Fields fields =
                    request.method().equals("GET") ? Fields.ofQuery(request.query()) : Fields.ofBody(request.body());
            return fields.text("cursor");
        } catch (ApiError refusal) {
            // what the API refuses has no cursor to speak of
            return null;
        }
    }
}
