package dev.jobfeed.cli;

import static dev.jobfeed.config.SharedObjectMapper.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.api.HttpClientFactory;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.feed.PrintableText;
import dev.jobfeed.jobby.JobbyOperation;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.io.entity.EntityUtils;

/** Compares the OpenAPI document of Jobby.dev with what the bundle uses of it, and with an earlier document. */
final class JobbyContractCheck {

    /**
     * What the bundle uses of an operation.
     *
     * @param sent fields and parameters that the bundle sends; those with a {@code ?} only if a caller gives them
     * @param read fields of the response that it cannot do without; alternatives are separated by {@code |}
     * @param values enumerated values that it relies on, by side and path as in {@link OpenApiOperation#enums}
     */
    private record Use(String operation, Set<String> sent, Set<String> read, Map<String, Set<String>> values) {

        Use(String operation, Set<String> sent, Set<String> read) {
            this(operation, sent, read, Map.of());
        }

        private JobbyOperation described() {
            String[] methodAndPath = operation.split(" ");
            return JobbyOperation.of(methodAndPath[0], methodAndPath[1]);
        }
    }

    private static final String KEY = "Idempotency-Key";
    private static final Map<String, Set<String>> MATCHED = Map.of("response status", Set.of("matched"));

    private static final List<Use> USES = List.of(
            new Use("GET /live-events", Set.of("limit"), Set.of("id|slug")),
            new Use("POST /queue/join", Set.of("event_id", KEY), Set.of("status", "match_id"), MATCHED),
            new Use("GET /queue/status", Set.of(), Set.of("status", "match_id"), MATCHED),
            new Use("GET /matches", Set.of("limit"), Set.of()),
            new Use("GET /matches/{id}/interview-room-url", Set.of(), Set.of("room_url")),
            new Use("POST /matches/{id}/decline", Set.of("reason?", KEY), Set.of()),
            new Use("POST /billing/charge-offsession", Set.of("target_plan", "interval", KEY), Set.of()),
            new Use("POST /events", Set.of("title", KEY), Set.of("id")),
            new Use("GET /webhooks", Set.of(), Set.of("id", "target_url")),
            new Use("POST /webhooks", Set.of("target_url", "events", "description?", KEY), Set.of("id", "secret")),
            new Use("POST /webhooks/{id}/test", Set.of(KEY), Set.of("event_id")),
            new Use("DELETE /webhooks/{id}", Set.of(KEY), Set.of()));

    /** One difference, as a sentence that begins with the operation. */
    record Difference(String operation, String text) {

        @Override
        public String toString() {
            return operation + " " + PrintableText.of(text);
        }
    }

    private final JobfeedProperties settings;

    JobbyContractCheck(JobfeedProperties settings) {
        this.settings = settings;
    }

    /** Returns the number of operations that the bundle uses. */
    static int used() {
        return USES.size();
    }

    /**
     * Fetches the document, without the token.
     *
     * @throws IOException if it cannot be fetched, or is not an OpenAPI document
     */
    JsonNode fetch() throws IOException {
        String url = settings.jobby().baseUrl() + "/openapi.json";
        Duration timeout = settings.duration("jobby.http.response-timeout");
        try (CloseableHttpClient client = HttpClientFactory.of(settings).client(timeout)) {
            JsonNode document = client.execute(new HttpGet(url), response -> {
                if (response.getCode() != 200) {
                    throw new IOException("it answers " + response.getCode());
                }
                return JSON.readTree(EntityUtils.toString(response.getEntity()));
            });
            if (document == null || !document.path("paths").isObject()) {
                throw new IOException("it is not an OpenAPI document");
            }
            return document;
        } catch (IOException e) {
            throw new IOException(
                    url + " cannot be read: " + e.getMessage() + ". Check jobby.base-url and the network.", e);
        }
    }

    /** Returns what a document lacks or demands, compared with what the bundle uses. */
    List<Difference> problems(JsonNode document) {
        SortedMap<String, OpenApiOperation> operations = operations(document);
        List<Difference> problems = new ArrayList<>();
        for (Use use : USES) {
            OpenApiOperation operation = operations.get(use.operation());
            if (operation != null) {
                compare(use, operation, problems);
            } else if (use.described().isDocumented()) {
                problems.add(new Difference(use.operation(), "is missing"));
            }
        }
        return problems;
    }

    private static void compare(Use use, OpenApiOperation operation, List<Difference> problems) {
        if (operation.deprecated()) {
            problems.add(new Difference(use.operation(), "is deprecated"));
        }
        minus(operation.required(), use.sent())
                .forEach(name -> problems.add(new Difference(
                        use.operation(),
                        "requires " + name + ", which the bundle "
                                + (use.sent().contains(name + "?") ? "sends only if it is given" : "does not send"))));
        use.described()
                .scope()
                .filter(scope ->
                        !operation.scopes().isEmpty() && !operation.scopes().contains(scope))
                .ifPresent(scope -> problems.add(new Difference(
                        use.operation(),
                        "needs the scope " + String.join(", ", operation.scopes()) + "; messages name " + scope)));
        if (!operation.returned().isEmpty()) {
            use.read().stream()
                    .filter(name -> Stream.of(name.split("[|]")).noneMatch(operation.returned()::contains))
                    .sorted()
                    .forEach(name -> problems.add(
                            new Difference(use.operation(), "does not return " + name + ", which the bundle reads")));
        }
        use.values().forEach((path, values) -> {
            SortedSet<String> offered = operation.enums().get(path);
            if (offered != null) {
                minus(values, offered)
                        .forEach(value -> problems.add(new Difference(
                                use.operation(), path + " is never " + value + ", which the bundle waits for")));
            }
        });
    }

    /** Returns warnings for the doctor: a start needs none of what is missing. */
    List<DoctorCommand.Finding> findings() {
        List<String> warnings;
        try {
            warnings = problems(fetch()).stream().map(Difference::toString).toList();
        } catch (IOException e) {
            warnings = List.of(e.getMessage());
        }
        return warnings.isEmpty()
                ? List.of(new DoctorCommand.Finding(
                        "jobby contract",
                        DoctorCommand.Verdict.ok,
                        USES.size() + " operations in use are as published"))
                : warnings.stream()
                        .map(text -> new DoctorCommand.Finding("jobby contract", DoctorCommand.Verdict.warning, text))
                        .toList();
    }

    /** Returns operations that the bundle uses under an assumed path, and that a document does not have. */
    List<Difference> unavailable(JsonNode document) {
        SortedMap<String, OpenApiOperation> operations = operations(document);
        return USES.stream()
                .filter(use -> !use.described().isDocumented() && !operations.containsKey(use.operation()))
                .map(use -> new Difference(
                        use.operation(), "does not exist; the command for it assumes this undocumented path"))
                .toList();
    }

    /**
     * Returns the changes of a document since an earlier one.
     *
     * @param used whether to return those of operations that the bundle uses, or the others
     */
    List<Difference> changes(JsonNode before, JsonNode after, boolean used) {
        SortedMap<String, OpenApiOperation> old = operations(before);
        SortedMap<String, OpenApiOperation> current = operations(after);
        Set<String> names = new TreeSet<>(old.keySet());
        names.addAll(current.keySet());
        List<Difference> changes = new ArrayList<>();
        for (String name : names) {
            if (USES.stream().anyMatch(use -> use.operation().equals(name)) == used) {
                compare(name, old.get(name), current.get(name), changes);
            }
        }
        return changes;
    }

    private static void compare(
            String name, OpenApiOperation before, OpenApiOperation after, List<Difference> changes) {
        if (before == null || after == null) {
            changes.add(new Difference(name, before == null ? "is new" : "was removed"));
            return;
        }
        if (before.deprecated() != after.deprecated()) {
            changes.add(new Difference(name, after.deprecated() ? "was deprecated" : "is no longer deprecated"));
        }
        added(name, "requires", after.required(), before.required(), changes);
        added(name, "no longer requires", before.required(), after.required(), changes);
        added(name, "no longer returns", before.returned(), after.returned(), changes);
        added(name, "needs the scope", after.scopes(), before.scopes(), changes);
        added(name, "no longer needs the scope", before.scopes(), after.scopes(), changes);
        Set<String> paths = new TreeSet<>(before.enums().keySet());
        paths.addAll(after.enums().keySet());
        for (String path : paths) {
            SortedSet<String> old = before.enums().getOrDefault(path, new TreeSet<>());
            SortedSet<String> current = after.enums().getOrDefault(path, new TreeSet<>());
            if (old.isEmpty() || current.isEmpty()) {
                SortedSet<String> none = new TreeSet<>();
                added(name, path + " can only be", current, none, changes);
                added(name, path + " can be any value, not only", old, none, changes);
            } else {
                added(name, path + " can be", current, old, changes);
                added(name, path + " can no longer be", old, current, changes);
            }
        }
    }

    private static void added(
            String name, String text, Set<String> values, Set<String> without, List<Difference> changes) {
        SortedSet<String> added = minus(values, without);
        if (!added.isEmpty()) {
            changes.add(new Difference(name, text + " " + String.join(", ", added)));
        }
    }

    private SortedMap<String, OpenApiOperation> operations(JsonNode document) {
        String path = URI.create(settings.jobby().baseUrl()).getPath();
        return OpenApiOperation.of(document, path == null ? "" : path);
    }

    private static SortedSet<String> minus(Set<String> values, Set<String> without) {
        SortedSet<String> rest = new TreeSet<>(values);
        rest.removeAll(without);
        return rest;
    }
}
