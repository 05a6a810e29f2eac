package dev.jobfeed.route;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/** Lists the ids that the route files of the jar define. Only those files name them. */
public final class ShippedRoutes {

    /** The files in {@code routes/} of the jar, without the suffix {@code .camel.yaml}. */
    public static final List<String> FILES = List.of(
            "alerts",
            "career-sites",
            "changes",
            "companies",
            "console",
            "jobby-api",
            "jobby-live-events",
            "jobby-queue",
            "jobby-relay",
            "jobby-webhooks",
            "jobo-api",
            "jobs-audit",
            "jobs-expired",
            "jobs-feed",
            "jobs-sync",
            "kamelets",
            "schedules");

    private static final String SUFFIX = ".camel.yaml";

    /** An item of a file in canonical form, up to its id; the id of a templated route is its {@code routeId}. */
    private static final Pattern ITEM =
            Pattern.compile("(?m)^- (route|templatedRoute|routeTemplate|routeConfiguration):\n"
                    + "(?: {4}routeTemplateRef: .*\n)? {4}(?:id|routeId): (.+)$");

    private final Map<String, String> files = new HashMap<>();

    private ShippedRoutes() {}

    /** Reads the route files of the jar. */
    public static ShippedRoutes read() {
        ShippedRoutes shipped = new ShippedRoutes();
        for (String name : FILES) {
            try (InputStream in = ShippedRoutes.class.getResourceAsStream("/routes/" + name + SUFFIX)) {
                String text = new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
                ITEM.matcher(text).results().forEach(item -> shipped.files.put(item.group(2), name + SUFFIX));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return shipped;
    }

    /**
     * Returns the name of the file, with suffix, that defines an id of a route, a template or a route configuration.
     *
     * @return null if the bundle has no such id
     */
    public String fileOf(String id) {
        return files.get(id);
    }
}
