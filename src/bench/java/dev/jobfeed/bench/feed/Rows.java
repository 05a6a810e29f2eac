package dev.jobfeed.bench.feed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/**
 * Generates the jobs of a benchmark: those of the sandbox, with descriptions that compress like real ones. The same
 * number and revision give the same job on every machine.
 */
final class Rows {

    /** Holds the last revision: in revision 0 all rows are new, in 1 every tenth has changed, in 2 every row. */
    static final int LAST_REVISION = 2;

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private final List<String> jobs;

    private Rows(List<String> jobs) {
        this.jobs = jobs;
    }

    static Rows generate(int count) throws IOException {
        List<String> jobs = new ArrayList<>(count);
        SandboxOptions options = SandboxOptions.builder()
                .port(0)
                .jobs(count)
                .careerSites(0)
                .descriptionBytes(0)
                .build();
        try (Sandbox sandbox = Sandbox.start(options)) {
            sandbox.data().forEachActive(jobs::add);
        }
        return new Rows(jobs);
    }

    int count() {
        return jobs.size();
    }

    /** Returns a job as the feed delivers it; each change has its own description and updated_at. */
    String json(int number, int requestedRevision) {
        int revision = requestedRevision == 1 && number % 10 != 0 ? 0 : requestedRevision;
        try {
            ObjectNode job = (ObjectNode) JSON.readTree(jobs.get(number));
            job.put("description", new DescriptionGenerator(number).text(revision));
            OffsetDateTime updated = OffsetDateTime.parse(job.get("updated_at").textValue());
            job.put("updated_at", updated.plus(Duration.ofHours(revision)).toString());
            return JSON.writeValueAsString(job);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
