package dev.jobfeed.cli;

import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.feed.PrintableText;
import dev.jobfeed.sync.SyncCoordinator;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.FileWatcherResourceReloadStrategy;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reloads edited files in {@code routes/} while the runtime is running. An edit is first built in a dry-run context; an
 * invalid edit is logged, and the loaded version stays active. For a valid edit, attempts stop at their next page
 * boundary, all routes are reloaded, and the catch-up resumes an open run at its cursor.
 */
final class RouteReloader {

    private static final Logger LOG = LoggerFactory.getLogger(RouteReloader.class);

    /**
     * Time for which files must be unchanged before they are checked: most editors empty a file before they write it.
     */
    private static final Duration QUIET = Duration.ofMillis(300);

    /** How long work other than attempts may take to end. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final CamelContext context;
    private final SyncCoordinator coordinator;
    private final JobfeedProperties settings;
    private final Path directory;
    private final Map<String, String> loaded;
    private final Map<String, String> rejected = new TreeMap<>();

    private RouteReloader(CamelContext context, SyncCoordinator coordinator, JobfeedProperties settings, Path directory)
            throws IOException {
        this.context = context;
        this.coordinator = coordinator;
        this.settings = settings;
        this.directory = directory;
        this.loaded = read();
    }

    /** Watches a directory until the context stops. */
    static void watch(CamelContext context, SyncCoordinator coordinator, JobfeedProperties settings, Path directory)
            throws Exception {
        RouteReloader reloader = new RouteReloader(context, coordinator, settings, directory);
        FileWatcherResourceReloadStrategy watcher = new FileWatcherResourceReloadStrategy(directory.toString());
        watcher.setFileFilter(file -> file.getName().endsWith(".camel.yaml"));
        watcher.setResourceReload((name, resource) -> reloader.reload());
        context.addService(watcher);
    }

    private Map<String, String> read() throws IOException {
        Map<String, String> texts = new TreeMap<>();
        for (RouteFile file : RouteFile.of(Optional.of(directory))) {
            texts.put(file.name(), file.text());
        }
        return texts;
    }

    private Map<String, String> readQuiet() throws IOException, InterruptedException {
        Map<String, String> before;
        Map<String, String> now = read();
        do {
            before = now;
            TimeUnit.MILLISECONDS.sleep(QUIET.toMillis());
            now = read();
        } while (!now.equals(before));
        return now;
    }

    /** Checks each changed file separately, and reloads the valid ones. */
    private synchronized void reload() throws Exception {
        Map<String, String> wanted = new TreeMap<>(loaded);
        List<String> changed = new ArrayList<>();
        for (Map.Entry<String, String> file : readQuiet().entrySet()) {
            String name = file.getKey();
            if (file.getValue().equals(loaded.get(name))) {
                if (rejected.remove(name) != null) {
                    LOG.info("{} matches the loaded routes again; the error is resolved", directory.resolve(name));
                }
            } else if (!file.getValue().equals(rejected.get(name))) {
                Map<String, String> candidate = new TreeMap<>(wanted);
                candidate.put(name, file.getValue());
                try {
                    RouteValidator.check(name, file.getValue());
                    build(candidate);
                    wanted = candidate;
                    changed.add(name);
                    rejected.remove(name);
                } catch (Exception e) {
                    rejected.put(name, file.getValue());
                    LOG.error(
                            "The edit of {} is rejected; the loaded routes continue to run. {}",
                            directory.resolve(name),
                            reason(e));
                }
            }
        }
        if (!changed.isEmpty()) {
            replaceRoutes(wanted, changed);
        }
    }

    /** Builds every route without starting it, where an error has no effect. */
    private void build(Map<String, String> texts) throws Exception {
        try (DryRunCamelContext dryRun = DryRunCamelContext.like(context)) {
            load(dryRun.context(), texts);
            dryRun.context().start();
        }
    }

    private void replaceRoutes(Map<String, String> texts, List<String> changed) throws Exception {
        LOG.info("{} is edited; attempts pause at their next page boundary", String.join(", ", changed));
        coordinator.pause();
        try {
            coordinator.stopAll(settings.duration("jobo.http.response-timeout"));
            coordinator.awaitIdle(GRACE);
            clear();
        } finally {
            coordinator.resume();
        }
        try {
            load(context, texts);
            loaded.putAll(texts);
            LOG.info("{} is reloaded; {} routes are running", String.join(", ", changed), context.getRoutesSize());
        } catch (Exception e) {
            clear();
            load(context, loaded);
            changed.forEach(name -> rejected.put(name, texts.get(name)));
            LOG.error("The edit of {} is rolled back. {}", String.join(", ", changed), reason(e));
        }
    }

    private static void load(CamelContext context, Map<String, String> texts) throws Exception {
        List<Resource> resources = new ArrayList<>();
        texts.forEach((name, text) -> resources.add(ResourceHelper.fromString(name, text)));
        PluginHelper.getRoutesLoader(context).loadRoutes(resources);
    }

    /**
     * Removes all routes. Those that start on their own are stopped first, so that no new work starts while the others
     * end.
     */
    private void clear() throws Exception {
        List<Route> routes = new ArrayList<>(context.getRoutes());
        routes.sort(java.util.Comparator.comparing(
                route -> route.getEndpoint().getEndpointUri().startsWith("direct:")));
        for (Route route : routes) {
            context.getRouteController().stopRoute(route.getRouteId(), GRACE.toSeconds(), TimeUnit.SECONDS);
        }
        for (Route route : routes) {
            context.removeRoute(route.getRouteId());
        }
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        for (RouteConfigurationDefinition policy : List.copyOf(model.getRouteConfigurationDefinitions())) {
            model.removeRouteConfiguration(policy);
        }
        model.removeRouteTemplateDefinitions(List.copyOf(model.getRouteTemplateDefinitions()));
    }

    private static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.toString() : PrintableText.inOneLine(root.getMessage());
    }
}
