package dev.jobfeed.cli.rehearse;

import java.util.List;

/** The promises, in the order in which they are rehearsed. */
final class Promises {

    private static final String STORE = "feed-store-page-";

    static final List<Promise> ALL = List.of(
            new Promise(
                    "backfill",
                    "A backfill stores every active job.",
                    List.of(
                            "sync-attempt-feed",
                            "jobs-write-insert",
                            "feed-fetch-page-",
                            "feed-loop-",
                            STORE,
                            "jobs-write-"),
                    StoreScenarios::backfill),
            new Promise(
                    "incremental",
                    "An incremental run requests what is new since the watermark, and stores it.",
                    List.of(
                            "feed-fetch-page-request",
                            "sync-attempt-commit",
                            "sync-attempt-open",
                            "feed-fetch-page-",
                            STORE),
                    StoreScenarios::incremental),
            new Promise(
                    "edit",
                    "An edited job is stored in its newest version.",
                    List.of("jobs-write-update", "feed-store-page-changes", "jobs-write-", STORE),
                    StoreScenarios::edit),
            new Promise(
                    "expiry",
                    "A sweep, before the feed is read, expires the jobs that have ended.",
                    List.of("jobs-expired-page-close", "sync-attempt-sweep", "jobs-expired-", "sync-attempt-"),
                    StoreScenarios::expiry),
            new Promise(
                    "failed-sweep",
                    "A sweep that fails moves no watermark, and no page is bought after it.",
                    List.of("jobs-expired-", "sync-attempt-", "jobo-api-", "jobo-http-call-"),
                    StoreScenarios::failedSweep),
            new Promise(
                    "return",
                    "A job that returns is active again.",
                    List.of(
                            "jobs-write-reactivate",
                            "jobs-write-update",
                            "feed-store-page-changes",
                            "jobs-write-",
                            STORE),
                    StoreScenarios::returned),
            new Promise(
                    "resync",
                    "A resync expires the jobs that the feed does not have any more.",
                    List.of("sync-reconcile-", "sync-attempt-reconcile", "feed-store-page-delivered", STORE),
                    StoreScenarios::resync),
            new Promise(
                    "long-pause",
                    "After a pause that the list of expired jobs does not cover, the next run is a resync.",
                    List.of("sync-attempt-open", "jobs-expired-", "sync-attempt-", "sync-reconcile-"),
                    StoreScenarios::longPause),
            new Promise(
                    "clock",
                    "Watermarks are in the time of the server, and clocks that differ raise an alert.",
                    List.of("jobs-expired-clock", "jobo-http-call-", "feed-loop-", "sync-attempt-"),
                    StoreScenarios::clock),
            new Promise(
                    "reconcile-guard",
                    "A resync that would expire suspiciously many jobs leaves the decision to an operator.",
                    List.of(
                            "sync-reconcile-guard",
                            "sync-reconcile-batch-hold",
                            "sync-reconcile-",
                            "sync-attempt-reconcile"),
                    StoreScenarios::guard),
            new Promise(
                    "resume",
                    "A run that is stopped resumes at its checkpoint, and is complete before the watermark moves.",
                    List.of(
                            "sync-attempt-finished",
                            "sync-attempt-commit",
                            "feed-store-page-checkpoint",
                            "sync-attempt-",
                            STORE),
                    StoreScenarios::resume),
            new Promise(
                    "bad-rows",
                    "A row that cannot be stored goes to quarantine, and the other rows of its page are stored.",
                    List.of(
                            "feed-store-page-quarantine",
                            "feed-store-page-close",
                            "feed-loop-refused",
                            STORE,
                            "feed-loop-"),
                    StoreScenarios::badRows),
            new Promise(
                    "duplicates",
                    "Of several rows of one job in a page, the newest is stored.",
                    List.of("feed-store-page-changes", "jobs-write-", STORE),
                    StoreScenarios::duplicates),
            new Promise(
                    "career-sites",
                    "The career sites are stored, and changed ones are updated.",
                    List.of("career-sites-", "feed-store-page-sites", "sync-attempt-", STORE),
                    StoreScenarios::careerSites),
            new Promise(
                    "final-status",
                    "A status that no retry changes (3xx, 400 to 404) ends the attempt and advances nothing.",
                    List.of("jobo-api-final", "jobo-api-", "jobo-request", "jobo-http-call-", "sync-attempt-"),
                    FailureScenarios::finalStatus),
            new Promise(
                    "rate-limit",
                    "After 429, a request waits as long as the response asks, and is repeated at most 8 times.",
                    List.of("jobo-api-rate-limited", "jobo-api-", "jobo-http-call-"),
                    FailureScenarios::rateLimit),
            new Promise(
                    "unavailable",
                    "After 503, a request waits as long as the response asks, and is repeated at most 5 times.",
                    List.of("jobo-api-unavailable", "jobo-api-", "jobo-http-call-"),
                    FailureScenarios::unavailable),
            new Promise(
                    "server-error",
                    "After another 5xx, 408 or a lost connection, the waits double, and there are at most 5.",
                    List.of("jobo-api-server-error", "jobo-api-network", "jobo-api-", "jobo-http-call-"),
                    FailureScenarios::serverError),
            new Promise(
                    "unreadable",
                    "A truncated or malformed response is never taken for an empty page.",
                    List.of(
                            "jobo-http-call-read",
                            "jobo-http-call-empty",
                            "jobo-api-network",
                            "jobo-http-call-",
                            "jobo-api-"),
                    FailureScenarios::unreadable),
            new Promise(
                    "cursor-lost",
                    "A cursor that is not accepted any more restarts the pagination, at most 5 times.",
                    List.of("feed-loop-restart", "jobo-api-cursor-expired", "feed-loop-", "jobo-api-"),
                    FailureScenarios::cursorLost),
            new Promise(
                    "endless-feed",
                    "A feed whose cursors repeat ends the attempt.",
                    List.of("feed-store-page-used", STORE, "feed-loop-"),
                    FailureScenarios::endlessFeed),
            new Promise(
                    "ignored-window",
                    "A feed that ignores the window is not bought as a whole.",
                    List.of("feed-loop-check", "feed-loop-", "feed-fetch-page-"),
                    FailureScenarios::ignoredWindow),
            new Promise(
                    "charged-twice",
                    "A charged page that cannot be read is bought at most twice in an attempt.",
                    List.of("jobo-api-network", "jobo-http-call-credits", "jobo-api-", "jobo-http-call-"),
                    FailureScenarios::chargedAndUnreadable),
            new Promise(
                    "credit-floor",
                    "No request takes the balance below its floor.",
                    List.of("jobo-http-call-credits", "jobo-http-call-permit", "jobo-http-call-", STORE),
                    FailureScenarios::creditFloor),
            new Promise(
                    "alerts",
                    "An alert is raised and notified once, and cleared and notified once.",
                    List.of("alerts-notify-mark-notified", "alert", "sync-attempt-alerts", "sync-attempt-"),
                    FailureScenarios::alerts),
            new Promise(
                    "second-attempt",
                    "A second attempt on a stream is refused while the first is in progress.",
                    List.of("sync-stream-begin", "sync-attempt-save", "sync-stream-", "sync-attempt-"),
                    LeaseScenarios::secondAttempt),
            new Promise(
                    "overtaken",
                    "An attempt that has lost its lease commits nothing.",
                    List.of(
                            "feed-store-page-fence",
                            "jobs-expired-page-fence",
                            "sync-reconcile-batch-fence",
                            "sync-fence-",
                            "feed-store-page-transaction",
                            "jobs-expired-page-transaction",
                            STORE,
                            "jobs-expired-"),
                    LeaseScenarios::overtaken),
            new Promise(
                    "outbox",
                    "Each change has one event, and the events are sent in order.",
                    List.of(
                            "feed-store-page-outbox",
                            "jobs-expired-page-outbox",
                            "sync-reconcile-batch-outbox",
                            "outbox-relay-",
                            STORE,
                            "jobs-expired-"),
                    OutboxScenario::play),
            new Promise(
                    "crash",
                    "A process that is killed at any step of a page loses no row and buys no committed page again.",
                    List.of(
                            "feed-store-page-checkpoint",
                            "feed-store-page-transaction",
                            STORE,
                            "feed-loop-",
                            "sync-attempt-"),
                    CrashScenario::play));

    private Promises() {}
}
