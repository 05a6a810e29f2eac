package dev.jobfeed.sandbox;

import java.util.Map;

/** A request that is answered with an error. */
final class Refusal extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Reply reply;

    Refusal(Reply reply) {
        super(null, null, false, false);
        this.reply = reply;
    }

    static Refusal badRequest(String message) {
        return of(400, "Bad Request", message);
    }

    static Refusal invalidCursor() {
        return badRequest("Invalid cursor");
    }

    static Refusal of(int status, String error, String message) {
        return new Refusal(Reply.json(
                status, Map.of(), Reply.fields("status", status, "error", error, "message", message)));
    }

    Reply reply() {
        return reply;
    }
}
