package dev.jobfeed.sandbox.jobby;

import dev.jobfeed.sandbox.http.HttpReply;
import dev.jobfeed.sandbox.http.Json;
import dev.jobfeed.sandbox.http.ReceivedRequest;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The pages below {@code /account/} on which a person decides what no token can: accepting a match, and agreeing to
 * charges. The address of a match is the documented one; there is no sign-in.
 */
public final class AccountPages {

    /** What the paths of all pages begin with. */
    public static final String PATH = "/account/";

    static final String BILLING = PATH + "billing";

    private static final Pattern MATCH = Pattern.compile(PATH + "matches/([^/]+)");

    /** No script is needed, and none of a title may run. */
    private static final Map<String, String> HEADERS = Map.of(
            "Content-Type",
            "text/html; charset=utf-8",
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'");

    private static final String LAYOUT = """
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><title>%1$s</title><link rel="icon" href="data:,">
            <style>body{font:16px/1.5 sans-serif;max-width:40em;margin:3em auto;padding:0 1em}button{font:inherit;margin-right:1em}</style>
            </head>
            <body>
            <h1>%1$s</h1>
            %2$s
            <p><small>Jobfeed sandbox: stands in for the page of Jobby.dev. There is no sign-in.</small></p>
            </body>
            </html>
            """;

    private final JobFair fair;
    private final Billing billing;

    AccountPages(JobFair fair, Billing billing) {
        this.fair = fair;
        this.billing = billing;
    }

    /** Answers a request for a page, or the button of one. */
    public HttpReply answer(ReceivedRequest request) {
        boolean pressed = request.method().equals("POST");
        Matcher path = MATCH.matcher(request.path());
        if (path.matches()) {
            Optional<Match> match = fair.findMatch(path.group(1));
            if (match.isPresent()) {
                return pressed
                        ? decide(match.get(), request)
                        : page(200, "Match " + match.get().id(), match(match.get()));
            }
        } else if (request.path().equals(BILLING)) {
            if (pressed) {
                billing.consent();
                return seeOther(request);
            }
            return page(200, "Off-session charges", consent());
        }
        return page(404, "Not found", "<p>There is no such match or page.</p>");
    }

    private HttpReply decide(Match match, ReceivedRequest request) {
        try {
            if (request.body().equals("decision=accept")) {
                fair.acceptMatch(match.id());
            } else if (request.body().equals("decision=decline")) {
                fair.declineMatch(match.id(), "seeker", "not_available");
            }
        } catch (IllegalArgumentException e) {
            // decided or expired meanwhile, as the page then says
        }
        return seeOther(request);
    }

    private String match(Match match) {
        String event = fair.liveEvents().stream()
                .filter(live -> live.id().equals(match.eventId()))
                .map(live -> live.title() + ", " + live.company())
                .findFirst()
                .orElse("an event that has ended");
        return "<p>" + escaped(event) + "</p><p>Status: <strong>" + Json.word(match.status()) + "</strong></p>"
                + switch (match.status()) {
                    case MATCHED -> """
                        <form method="post"><button name="decision" value="accept">Accept</button>\
                        <button name="decision" value="decline">Decline</button></form>
                        <p>A match expires 30 seconds after it was made.</p>""";
                    case ACCEPTED ->
                        "<p>The room is open: <code>jobfeed jobby room " + match.id()
                                + "</code> prints its address.</p>";
                    case DECLINED, EXPIRED -> "";
                };
    }

    private String consent() {
        return billing.isConsented()
                ? "<p>Status: <strong>agreed</strong></p>"
                : "<p>Status: <strong>not agreed</strong></p><form method=\"post\"><button>Agree to charges</button></form>";
    }

    private static HttpReply seeOther(ReceivedRequest request) {
        return new HttpReply(303, Map.of("Location", request.path()), new byte[0], 0);
    }

    private static HttpReply page(int status, String title, String content) {
        byte[] html = String.format(Locale.ROOT, LAYOUT, title, content).getBytes(StandardCharsets.UTF_8);
        return new HttpReply(status, HEADERS, html, 0);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
