package dev.jobfeed.cli;

import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.JobfeedProperties;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.component.micrometer.MicrometerConstants;
import org.apache.camel.main.Main;

/** Where {@code run} listens: console, health, metrics and webhooks, all on one port. */
record HttpEndpointConfig(String host, int port) {

    /** Camel takes these from properties only. */
    private static final Map<String, String> METRICS = Map.of(
            "camel.metrics.enabled",
            "true",
            "camel.metrics.path",
            "/observe/metrics",
            // it has a meter for each endpoint's address, of which a host can have any number
            "camel.metrics.enable-exchange-event-notifier",
            "false",
            "camel.metrics.binders",
            "jvm-memory,jvm-gc,jvm-thread,processor,file-descriptor,uptime");

    /** Where to listen, by the settings alone. */
    static HttpEndpointConfig of(JobfeedProperties settings) {
        return new HttpEndpointConfig(settings.text("jobfeed.http.host").orElse("127.0.0.1"), settings.httpPort());
    }

    /**
     * Where to listen, after a look whether that is possible; empty when the port is switched off.
     *
     * @throws BindException when the port cannot be listened on
     */
    static Optional<HttpEndpointConfig> free(JobfeedProperties settings) throws BindException {
        if (!settings.flag("jobfeed.http.enabled")) {
            if (settings.text("jobby.webhook-secret").isPresent()) {
                throw new ConfigurationException("jobfeed.http.enabled is false, and jobby.webhook-secret is set:"
                        + " webhooks need the port. Switch it on, or take the secret away.");
            }
            return Optional.empty();
        }
        HttpEndpointConfig wanted = of(settings);
        // the server of Camel only logs that a port is taken, and goes on without it; and it does not say which one 0
        // became
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(wanted.host, wanted.port));
            return Optional.of(new HttpEndpointConfig(wanted.host, probe.getLocalPort()));
        } catch (IOException e) {
            BindException taken = new BindException("Port " + wanted.port + " on " + wanted.host
                    + " cannot be listened on: "
                    + e.getMessage() + ". Stop what listens there, or set jobfeed.http.host and jobfeed.http.port"
                    + " (JOBFEED_HTTP_PORT; 0 takes any free one), or switch it off with jobfeed.http.enabled=false.");
            taken.initCause(e);
            throw taken;
        }
    }

    /** Lets Camel's server listen here: routes, and beside them health and metrics. */
    void serve(Main main, int maxBodyBytes) {
        main.configure()
                .httpServer()
                .withEnabled(true)
                .withHost(host)
                .withPort(port)
                .withMaxBodySize(maxBodyBytes);
        main.configure()
                .httpManagementServer()
                .withEnabled(true)
                .withHost(host)
                .withPort(port)
                .withHealthCheckEnabled(true)
                .withHealthPath("/observe/health")
                .withMetricsEnabled(true);
        main.configure().health().withExposureLevel("full").withRoutesEnabled(false);
        main.configure().health().setConsumersEnabled(false);
        METRICS.forEach(main::addInitialProperty);
    }

    /** What is measured from here on can be read here; to be called before anything measures. */
    void measure(CamelContext context) {
        context.getRegistry()
                .bind(MicrometerConstants.METRICS_REGISTRY_NAME, new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    }

    /** The console. */
    String page() {
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port + "/";
    }
}
