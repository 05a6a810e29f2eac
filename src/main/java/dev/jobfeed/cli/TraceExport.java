package dev.jobfeed.cli;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.opentelemetry2.OpenTelemetryTracer;

/**
 * Exports spans of the routes as OpenTelemetry's own settings say; disabled without these settings and without an
 * agent.
 */
final class TraceExport implements AutoCloseable {

    /** Settings that enable traces; their environment variables are in upper case with underscores. */
    private static final List<String> ENABLING_SETTINGS =
            List.of("otel.exporter.otlp.endpoint", "otel.exporter.otlp.traces.endpoint", "otel.traces.exporter");

    /**
     * Default settings: metrics and logs are exported elsewhere; of OTLP's two protocols, the one that needs only the
     * JDK.
     */
    private static final Map<String, String> DEFAULTS = Map.of(
            "otel.service.name",
            "jobfeed",
            "otel.metrics.exporter",
            "none",
            "otel.logs.exporter",
            "none",
            "otel.exporter.otlp.protocol",
            "http/protobuf");

    private final AutoCloseable exporter;

    private TraceExport(AutoCloseable exporter) {
        this.exporter = exporter;
    }

    /** Enables traces of a context if they are configured. */
    static TraceExport of(CamelContext context) {
        if (isAgentThere()) {
            trace(context, GlobalOpenTelemetry.get());
            return new TraceExport(() -> {});
        }
        if (ENABLING_SETTINGS.stream().noneMatch(TraceExport::isSet)) {
            return new TraceExport(() -> {});
        }
        OpenTelemetrySdk sdk = AutoConfiguredOpenTelemetrySdk.builder()
                .addPropertiesSupplier(() -> DEFAULTS)
                .disableShutdownHook()
                .build()
                .getOpenTelemetrySdk();
        trace(context, sdk);
        return new TraceExport(sdk);
    }

    private static void trace(CamelContext context, OpenTelemetry telemetry) {
        Tracer tracer = telemetry.getTracer("jobfeed");
        context.getRegistry().bind("jobfeedTracer", tracer);
        new OpenTelemetryTracer().init(context);
    }

    private static boolean isAgentThere() {
        return ClassLoader.getSystemResource("io/opentelemetry/javaagent/OpenTelemetryAgent.class") != null;
    }

    private static boolean isSet(String name) {
        return System.getProperty(name) != null
                || System.getenv(name.replace('.', '_').toUpperCase(Locale.ROOT)) != null;
    }

    /** Exports the remaining spans. */
    @Override
    public void close() throws Exception {
        exporter.close();
    }
}
