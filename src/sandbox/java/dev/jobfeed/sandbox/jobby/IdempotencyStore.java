package dev.jobfeed.sandbox.jobby;

import dev.jobfeed.sandbox.http.ApiError;
import dev.jobfeed.sandbox.http.HttpReply;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps the answers to requests that came with an Idempotency-Key, for 24 hours.
 *
 * <p>The documentation says that the original response comes back, with its status and body, and nothing about
 * another body under the same key: that gets the original response too. A 5xx is not kept, or the retry the
 * key is for could never succeed.
 */
final class IdempotencyStore {

    private static final Duration KEPT = Duration.ofHours(24);

    /** What is done the first time. */
    interface Work {
        HttpReply perform() throws ApiError;
    }

    private record Key(String token, JobbyEndpoint endpoint, String key) {}

    private record Kept(Instant until, HttpReply answer) {}

    private final Map<Key, Kept> answers = new HashMap<>();

    /** Does the work, or repeats its answer; a second request waits while the first is being served. */
    synchronized HttpReply once(String token, JobbyEndpoint endpoint, String key, Instant now, Work work) {
        answers.values().removeIf(kept -> !now.isBefore(kept.until));
        Key id = new Key(token, endpoint, key);
        Kept kept = answers.get(id);
        if (kept != null) {
            return kept.answer;
        }
        HttpReply answer;
        try {
            answer = work.perform();
        } catch (ApiError refused) {
            answer = refused.reply();
        }
        if (answer.status() < 500) {
            answers.put(id, new Kept(now.plus(KEPT), answer));
        }
        return answer;
    }
}
