package dev.jobfeed.cli;

import dev.jobfeed.config.JobfeedProperties;
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
 * Takes up edits of the files in {@code routes/} while the runtime is at work. An edit is built on a scratch context first;
 * what is no good is told of, and what was loaded before goes on. For one that is good, attempts end at their next page
 * boundary, all routes are loaded anew, and the catch-up goes on with an open run at its cursor.
 */
final class RouteReloader {

    private static final Logger LOG = LoggerFactory.getLogger(RouteReloader.class);

    /** How long files have to stay as they are to be judged: most editors empty a file before they write it. */
    private static final Duration QUIET = Duration.ofMillis(300);

    /** How long what is at work besides attempts may take to end. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final CamelContext context;
    private final SyncCoordinator attempts;
    private final JobfeedProperties settings;
    private final Path directory;
    private final Map<String, String> loaded;
    private final Map<String, String> refused = new TreeMap<>();

    private RouteReloader(CamelContext context, SyncCoordinator attempts, JobfeedProperties settings, Path directory)
            throws IOException {
        this.context = context;
        this.attempts = attempts;
        this.settings = settings;
        this.directory = directory;
        this.loaded = read();
    }

    /** Watches a directory until the context stops. */
    static void watch(CamelContext context, SyncCoordinator attempts, JobfeedProperties settings, Path directory)
            throws Exception {
        RouteReloader reload = new RouteReloader(context, attempts, settings, directory);
        FileWatcherResourceReloadStrategy watcher = new FileWatcherResourceReloadStrategy(directory.toString());
        watcher.setFileFilter(file -> file.getName().endsWith(".camel.yaml"));
        watcher.setResourceReload((name, resource) -> reload.look());
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

    /** Judges each changed file by itself, and takes up what is good. */
    private synchronized void look() throws Exception {
        Map<String, String> wanted = new TreeMap<>(loaded);
        List<String> changed = new ArrayList<>();
        for (Map.Entry<String, String> file : readQuiet().entrySet()) {
            String name = file.getKey();
            if (file.getValue().equals(loaded.get(name))) {
                if (refused.remove(name) != null) {
                    LOG.info("{} is again what is loaded; its fault is gone", directory.resolve(name));
                }
            } else if (!file.getValue().equals(refused.get(name))) {
                Map<String, String> candidate = new TreeMap<>(wanted);
                candidate.put(name, file.getValue());
                try {
                    RouteValidator.check(name, file.getValue());
                    build(candidate);
                    wanted = candidate;
                    changed.add(name);
                    refused.remove(name);
                } catch (Exception e) {
                    refused.put(name, file.getValue());
                    LOG.error(
                            "The edit of {} is not taken up, and what was loaded before goes on. {}",
                            directory.resolve(name),
                            reason(e));
                }
            }
        }
        if (!changed.isEmpty()) {
            swap(wanted, changed);
        }
    }

    /** Builds every route, without starting one, where a fault harms nobody. */
    private void build(Map<String, String> texts) throws Exception {
        try (DryRunCamelContext scratch = DryRunCamelContext.like(context)) {
            load(scratch.context(), texts);
            scratch.context().start();
        }
    }

    private void swap(Map<String, String> texts, List<String> changed) throws Exception {
        LOG.info("{} is edited; attempts pause at their next page boundary", String.join(", ", changed));
        attempts.pause();
        try {
            attempts.stopAll(settings.duration("jobo.http.response-timeout"));
            attempts.awaitIdle(GRACE);
            clear();
        } finally {
            attempts.resume();
        }
        try {
            load(context, texts);
            loaded.putAll(texts);
            LOG.info("{} is reloaded; {} routes are at work", String.join(", ", changed), context.getRoutesSize());
        } catch (Exception e) {
            clear();
            load(context, loaded);
            changed.forEach(name -> refused.put(name, texts.get(name)));
            LOG.error("The edit of {} is taken back. {}", String.join(", ", changed), reason(e));
        }
    }

    private static void load(CamelContext context, Map<String, String> texts) throws Exception {
        List<Resource> resources = new ArrayList<>();
        texts.forEach((name, text) -> resources.add(ResourceHelper.fromString(name, text)));
        PluginHelper.getRoutesLoader(context).loadRoutes(resources);
    }

    /** Those that begin by themselves first, so that nothing new begins while the others end. */
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
        return root.getMessage() == null
                ? root.toString()
                : root.getMessage().strip().replaceAll("\\s*\n\\s*", " ");
    }
}
