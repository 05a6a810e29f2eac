package dev.jobfeed.cli.rehearse;

import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.jobby.Jobby;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Sets up what a scenario needs, and removes it at the end. */
final class Stages implements AutoCloseable {

    /** Rows of a page. */
    static final int PAGE = 20;

    private final RehearsedRoutes routes;
    private final Path directory;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private boolean closed;

    Stages(RehearsedRoutes routes, Path directory) {
        this.routes = routes;
        this.directory = directory;
    }

    RehearsedRoutes routes() {
        return routes;
    }

    /** Returns a directory for temporary files. */
    Path directory() {
        return directory;
    }

    /** Starts the routes over three pages of jobs. */
    Stage open() throws IOException {
        return open(jobs(3 * PAGE), Map.of());
    }

    /**
     * Starts the routes.
     *
     * @param others settings that differ
     */
    Stage open(SandboxOptions.Builder options, Map<String, String> others) throws IOException {
        Sandbox sandbox = Sandbox.start(options.port(0).build());
        try {
            Map<String, String> settings = settings(sandbox, "jdbc:h2:mem:" + UUID.randomUUID());
            settings.putAll(others);
            StepHooks hooks = new StepHooks();
            return closes(new Stage(
                    sandbox,
                    RehearsalContext.start(
                            String.join(",", routes.locations()), routes.properties(), settings, context -> {
                                context.registerEndpointCallback(new OutboundStub(sandbox.baseUrl()));
                                context.addInterceptStrategy(hooks);
                            }),
                    hooks));
        } catch (RuntimeException e) {
            sandbox.close();
            throw e;
        }
    }

    static SandboxOptions.Builder jobs(int howMany) {
        return SandboxOptions.builder()
                .jobs(howMany)
                .careerSites(0)
                .unknownExpired(0)
                .descriptionBytes(300);
    }

    /** Returns the settings of the bundle for a sandbox and a database. */
    static Map<String, String> settings(Sandbox sandbox, String url) {
        Map<String, String> settings = new TreeMap<>();
        settings.put("jobo.base-url", sandbox.baseUrl());
        settings.put("jobo.call", "jobo-http:" + sandbox.baseUrl());
        settings.put("jobo.api-key", Sandbox.TEST_KEY);
        settings.put("jobby.base-url", sandbox.jobby().baseUrl());
        settings.put("jobby.call", "jobby-http:" + sandbox.jobby().baseUrl());
        settings.put("jobby.token", Jobby.TEST_TOKEN);
        settings.put("jobo.jobs.batch-size", Integer.toString(PAGE));
        settings.put("jobo.jobs.watermark-parameter", "updated_after");
        settings.put("jobo.retry.time-scale", "0.001");
        settings.put("jobfeed.datasource.url", url);
        settings.put("jobfeed.jobs.enabled", "false");
        settings.put("jobfeed.console.enabled", "false");
        return settings;
    }

    /** Closes a resource with this object, or at once if that is closed already. */
    <T extends AutoCloseable> T closes(T resource) throws IOException {
        synchronized (opened) {
            if (!closed) {
                opened.push(resource);
                return resource;
            }
        }
        close(resource);
        throw new IOException("The rehearsal was ended.");
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        synchronized (opened) {
            closed = true;
            while (!opened.isEmpty()) {
                close(opened.pop());
            }
        }
    }
}
