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

/** Address where {@code run} listens: console, health, metrics and webhooks, all on one port. */
record HttpEndpointConfig(String host, int port) {

    /** Settings that Camel accepts as properties only. */
    private static final Map<String, String> METRICS = Map.of(
            "camel.metrics.enabled",
            "true",
            "camel.metrics.path",
            "/observe/metrics",
            // it would create a meter for each endpoint address, of which a host can have any number
            "camel.metrics.enable-exchange-event-notifier",
            "false",
            "camel.metrics.binders",
            "jvm-memory,jvm-gc,jvm-thread,processor,file-descriptor,uptime");

    /** Returns the configured address. */
    static HttpEndpointConfig of(JobfeedProperties settings) {
        return new HttpEndpointConfig(
                settings.console().host(), settings.console().port());
    }

    /**
     * Returns the address after checking that it is available; empty if the port is disabled.
     *
     * @throws BindException if the port is not available
     */
    static Optional<HttpEndpointConfig> free(JobfeedProperties settings) throws BindException {
        if (!settings.flag("jobfeed.http.enabled")) {
            if (settings.text("jobby.webhook-secret").isPresent()) {
                throw new ConfigurationException("jobfeed.http.enabled is false, and jobby.webhook-secret is set:"
                        + " webhooks need the port. Switch it on, or take the secret away.");
            }
            return Optional.empty();
        }
        HttpEndpointConfig configured = of(settings);
        // Camel's server only logs that a port is taken and continues without it; nor does it report which port 0
        // became
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(configured.host, configured.port));
            return Optional.of(new HttpEndpointConfig(configured.host, probe.getLocalPort()));
        } catch (IOException e) {
            BindException taken = new BindException("Port " + configured.port + " on " + configured.host
                    + " cannot be listened on: "
                    + e.getMessage() + ". Stop what listens there, or set jobfeed.http.host and jobfeed.http.port"
                    + " (JOBFEED_HTTP_PORT; 0 takes any free one), or switch it off with jobfeed.http.enabled=false.");
            taken.initCause(e);
            throw taken;
        }
    }

    /** Configures Camel's server to listen here, with routes, health and metrics. */
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

    /** Binds a Prometheus registry; must be called before any meter is created. */
    void measure(CamelContext context) {
        context.getRegistry()
                .bind(MicrometerConstants.METRICS_REGISTRY_NAME, new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    }

    /** Returns the URL of the console. */
    String page() {
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port + "/";
    }
}
